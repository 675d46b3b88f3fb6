"""Sampled quality control: what a person said of a document in a sample."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """That the read text of a document is, or is not, what its pages say. The sample is that of a centre and of the
    days `first` to `last`. Nothing is overwritten: of a document the newest verdict counts."""

    document: str
    centre: str
    first: date
    last: date
    accepted: bool
    note: str = ""
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """How many documents of a centre's sample were judged, and accepted."""

    centre: str
    judged: int
    accepted: int
