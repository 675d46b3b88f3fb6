"""What a centre's intake asks of a scan: rules, and what follows where one is not met."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Rule(StrEnum):
    """What is looked at before a scan is stored. Circular 01/2023/TT-VPCP asks for colour and 200 dpi, 300 for
    drawings, for whole pages, and that state secrets stay out."""

    FORMAT = "format"
    SIZE = "size"
    PAGES = "pages"
    RESOLUTION = "resolution"
    DRAWING = "drawing"
    COLOUR = "colour"
    BLANK = "blank"
    DARK = "dark"
    BLUR = "blur"
    CUT_OFF = "cut-off"
    ACTIVE = "active"
    SECRECY = "secrecy"
    SEPARATORS = "separators"
    """Whether a stack is cut into documents at separator sheets."""
    JOIN = "join"
    """Whether the files of a folder, a page each, are joined into one document."""


class Action(StrEnum):
    OFF = "off"
    WARN = "warn"
    REFUSE = "refuse"
    ON = "on"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSetting:
    """What an administrator said about a rule, for one centre or, with `centre` "", for all.

    `action` None takes back what was said before. `limit` "" leaves the rule's own; see `pipeline.intake.rules`.
    """

    centre: str
    rule: Rule
    action: Action | None
    limit: str = ""
    set_at: datetime
