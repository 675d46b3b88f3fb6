"""What others measured or run, and sohoa only passes on with its source: indices, and connections between systems."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from pipeline.model.interconnection import System


class ConnectionState(StrEnum):
    CONNECTED = "connected"
    SUSPENDED = "suspended"
    PLANNED = "planned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """That an agency's system is connected to another `system`. `agency` is the agency code of a province (H18) or of
    a ministry or agency (G09)."""

    system: str
    agency: str
    state: ConnectionState
    since: date | None = None
    checked: date | None = None
    """The last day on which somebody looked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """How many dossiers of an agency have reached another system. An agency without one of these is unknown: it has an
    installation of its own, or is not connected from here."""

    system: System
    agency: str
    delivered: int
    centres: Mapping[str, int] = field(default_factory=dict)
    """By centre; those without any may be left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexFigure:
    """Points that a place was given by Decision 766/QĐ-TTg for a period, as published. `code` is the agency code,
    `part` a name of `pipeline.indicators.scores`, the period's name as a user writes it (9T/2023)."""

    code: str
    part: str
    period: str
    points: float
    rank: int | None = None
    ranked: int | None = None
    """Among how many."""
    source: str
    stated_on: date
