"""Where a document belongs: clues, and the match to a paper of a dossier."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class MatchSource(StrEnum):
    """How a document found its dossier, the surest first."""

    MANUAL = "manual"
    QR = "qr"
    TEXT = "text"
    FILE_NAME = "file_name"


class PaperKind(StrEnum):
    COMPONENT = "component"
    RESULT = "result"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A document digitizes one component or one result of a dossier."""

    document: str
    dossier: str
    kind: PaperKind
    paper: str
    """The code of the component or result within the dossier."""
    source: MatchSource
    matched_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """That somebody took back what was said by hand of a document; of one dossier, or ("") of all."""

    document: str
    dossier: str = ""
    withdrawn_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Clues:
    """What a document says about where it belongs. `codes` and `text_codes` are dossier codes, normalised."""

    qr_codes: tuple[str, ...] = ()
    qr_paper: str = ""
    text_codes: tuple[str, ...] = ()
    name_codes: tuple[str, ...] = ()
    file_names: tuple[str, ...] = ()
    heading: str = ""
