"""How a dossier came to its status, as far as a line tells: from a cell like
`accepted@14/09/2023 08:00;returned@20/09/2023`, or from the dates and requests for supplements of the exchange record.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from pipeline.model import DossierStatus, StatusChange
from pipeline.register import exchange
from pipeline.register.dossier_layout import STATUSES
from pipeline.register.layout import fold
from pipeline.register.lines import BadDate, Line, clean, parse_moment

_CELL = "status_history"
_SEPARATOR = re.compile(r"[;|\n\r]+")
_OF_SUPPLEMENT = (("NgayBoSung", DossierStatus.SUPPLEMENT), ("NgayTiepNhanBoSung", DossierStatus.PROCESSING))
_ORDER = {status: place for place, status in enumerate(DossierStatus)}


def history(
    line: Line, received: datetime | None, resolved: datetime | None, first_future: datetime
) -> tuple[StatusChange, ...]:
    """The oldest first; nothing where reception and result say all."""
    found = {*_of_cell(line), *_of_dates(line, resolved), *_of_supplements(line)}
    if not found:
        return ()
    if received:
        found.add(StatusChange(at=received, status=DossierStatus.ACCEPTED))
    if resolved and not any(change.status in (DossierStatus.DONE, DossierStatus.RETURNED) for change in found):
        found.add(StatusChange(at=resolved, status=DossierStatus.DONE))
    for change in found:
        if change.at >= first_future:
            line.refuse(_CELL, "is in the future", "là ngày trong tương lai", change.at.isoformat())
    return tuple(sorted(found, key=lambda change: (change.at, _ORDER[change.status])))


def _of_cell(line: Line) -> Iterator[StatusChange]:
    for item in _SEPARATOR.split(str(line.values.get(_CELL) or "")):
        if not clean(item):
            continue
        word, _, moment = item.partition("@")
        status = STATUSES.get(fold(word))
        if status is None:
            line.refuse(_CELL, "is none of the known values", "không thuộc các giá trị được quy định", word)
            continue
        try:
            yield StatusChange(at=parse_moment(moment), status=status)
        except BadDate as error:
            line.refuse(_CELL, error.en, error.vi, moment)


def _of_dates(line: Line, resolved: datetime | None) -> Iterator[StatusChange]:
    """The dates that are neither reception nor result."""
    for field, status in (
        ("submitted_at", DossierStatus.NEW),
        ("rejected_at", DossierStatus.REJECTED),
        ("returned_at", DossierStatus.RETURNED),
    ):
        moment = line.moment(field)
        if moment is not None and moment != resolved:
            yield StatusChange(at=moment, status=status)
            if status is DossierStatus.RETURNED and resolved is not None:
                yield StatusChange(at=resolved, status=DossierStatus.DONE)


def _of_supplements(line: Line) -> Iterator[StatusChange]:
    for item in exchange.records(line, exchange.SUPPLEMENTS):
        for field, status in _OF_SUPPLEMENT:
            yield from _supplement(line, item, field, status)


def _supplement(line: Line, item: Mapping[str, object], field: str, status: DossierStatus) -> Iterator[StatusChange]:
    value = item.get(field)
    if value in (None, ""):
        return
    try:
        yield StatusChange(at=parse_moment(value), status=status)
    except BadDate as error:
        line.refuse(exchange.SUPPLEMENTS, f"{field} {error.en}", f"{field} {error.vi}", value)
