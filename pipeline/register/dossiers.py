"""Import of the dossiers; `dossier_layout` describes the columns."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, TypeVar

from pipeline.clock import VIETNAM, local, local_day
from pipeline.model import Centre, Channel, Component, Dossier, DossierStatus, Procedure, Result
from pipeline.register import exchange, files
from pipeline.register.dossier_layout import CHANNELS, LAYOUT, STATUSES
from pipeline.register.lines import Line
from pipeline.register.papers import marked, papers
from pipeline.register.problems import ImportFile, Problem
from pipeline.register.status_history import history
from pipeline.text import fold
from pipeline.understanding import dossier_code

T = TypeVar("T")

_RESOLVED = (DossierStatus.DONE, DossierStatus.RETURNED)
_REMEMBERED = 2_000
"""So many different cells of papers are kept in their parsed form: most dossiers of a procedure have the same ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What a dossier may refer to (None is not checked), and the cells of papers that were parsed."""

    first_future: datetime
    centres: Mapping[str, Centre] | None
    """By code in capitals."""
    procedures: Mapping[str, Procedure] | None
    cells: dict[Hashable, tuple[Component, ...] | tuple[Result, ...]] = field(default_factory=dict)
    names: dict[str, list[Centre]] = field(default_factory=dict)
    """Centres by folded name, from the first line on that does not name a code."""

    def named(self, name: str) -> Centre | None:
        """The only centre of this name."""
        if not self.names:
            for centre in (self.centres or {}).values():
                self.names.setdefault(fold(centre.name), []).append(centre)
        found = self.names.get(fold(name), [])
        return found[0] if len(found) == 1 else None


def stream_dossiers(
    path: Path,
    *,
    today: date,
    centres: Iterable[Centre] | None = None,
    procedures: Iterable[Procedure] | None = None,
    tell: Callable[[Problem], None],
) -> files.RowStream[Dossier]:
    """The dossiers of a file, one after another. Lines of an unknown or closed centre or of an unknown procedure are
    rejected where `centres` or `procedures` are given, dates after `today` (in Vietnam) always."""
    known = _Known(
        first_future=datetime.combine(today + timedelta(days=1), time(), VIETNAM),
        centres=None if centres is None else {centre.code.upper(): centre for centre in centres},
        procedures=None if procedures is None else {procedure.code: procedure for procedure in procedures},
    )
    return files.RowStream(path, LAYOUT, lambda line: _dossier(line, known), lambda dossier: dossier.code, tell)


def read_dossiers(
    path: Path,
    *,
    today: date,
    centres: Iterable[Centre] | None = None,
    procedures: Iterable[Procedure] | None = None,
) -> ImportFile[Dossier]:
    """All dossiers of a file (see `stream_dossiers`). Raises ImportRefused."""
    problems: list[Problem] = []
    stream = stream_dossiers(path, today=today, centres=centres, procedures=procedures, tell=problems.append)
    rows = tuple(stream)
    return ImportFile(rows=rows, problems=tuple(problems), lines=stream.lines, ignored=stream.ignored)


def _dossier(line: Line, known: _Known) -> Dossier:
    code = _code(line)
    received, resolved = _dates(line, known.first_future)
    procedure = _procedure(line, known.procedures)
    default = DossierStatus.DONE if resolved else DossierStatus.ACCEPTED
    status = line.choice("status", STATUSES, default)
    if status in _RESOLVED and resolved is None and not line.refused:
        line.warn("resolved_at", "is empty though the dossier is resolved", "bị trống dù hồ sơ đã có kết quả", "")
    return Dossier(
        code=code,
        centre=_centre(line, code, received, known),
        procedure=procedure.code,
        agency=line.text("agency") or None,
        channel=line.choice("channel", CHANNELS, Channel.IN_PERSON),
        status=status,
        received_at=received,
        resolved_at=resolved,
        components=_components(line, procedure, known),
        results=_results(line, known),
        history=history(line, received, resolved, known.first_future),
    )


def _code(line: Line) -> str:
    code = line.code("code", required=True)
    if code and not line.refused and dossier_code.parse(code) is None:
        line.warn(
            "code", "is not of the usual form H18.25-230914-0012", "không đúng dạng thường gặp H18.25-230914-0012"
        )
    return code


def _dates(line: Line, first_future: datetime) -> tuple[datetime | None, datetime | None]:
    received = line.moment("received_at")
    resolved_field = "resolved_at" if line.text("resolved_at") else "returned_at"
    resolved = line.moment(resolved_field)
    for name, moment in (("received_at", received), (resolved_field, resolved)):
        if moment and moment >= first_future:
            line.refuse(name, "is in the future", "là ngày trong tương lai")
    if received and resolved and resolved < received and not _same_day_without_time(received, resolved):
        line.refuse(resolved_field, "is before the dossier was received", "sớm hơn ngày tiếp nhận")
    return received, resolved


def _same_day_without_time(received: datetime, resolved: datetime) -> bool:
    """A register often has the hour of reception but only the day of the result."""
    return local_day(received) == local_day(resolved) and local(resolved).time() == time()


def _centre(line: Line, dossier: str, received: datetime | None, known: _Known) -> str:
    given = line.text("centre")
    code = given or dossier.partition("-")[0]
    if known.centres is None:
        if not given and "-" not in dossier:
            line.refuse_empty("centre")
        return code
    centre = known.centres.get(code.upper()) or known.named(code)
    if centre is None:
        line.refuse("centre", "is no centre of the register", "không có trong danh mục bộ phận một cửa", code)
        return code
    if received and (centre.opened or centre.closed):
        _check_operating(line, centre, local_day(received))
    return centre.code


def _check_operating(line: Line, centre: Centre, day: date) -> None:
    if centre.closed and day > centre.closed:
        into = (f" (merged into {centre.merged_into})", f" (nhập vào {centre.merged_into})")
        en, vi = into if centre.merged_into else ("", "")
        line.refuse(
            "centre",
            f"was closed on {centre.closed:%d/%m/%Y}{en}, before the dossier was received",
            f"đã ngừng hoạt động từ {centre.closed:%d/%m/%Y}{vi}, trước ngày tiếp nhận",
            centre.code,
        )
    if centre.opened and day < centre.opened:
        line.warn(
            "centre",
            f"opened on {centre.opened:%d/%m/%Y}, after the dossier was received",
            f"hoạt động từ {centre.opened:%d/%m/%Y}, sau ngày tiếp nhận",
            centre.code,
        )


def _procedure(line: Line, known: Mapping[str, Procedure] | None) -> Procedure:
    """The procedure, by its code or by the two first parts of it (`2.000379.000.00.00.H18` is `2.000379`)."""
    code = line.code("procedure", required=True)
    if known is None or not code:
        return Procedure(code=code, name="")
    procedure = known.get(code) or known.get(".".join(code.split(".")[:2]))
    if procedure is None:
        line.refuse("procedure", "is no procedure of the register", "không có trong danh mục thủ tục")
        return Procedure(code=code, name="")
    return procedure


def _components(line: Line, procedure: Procedure, known: _Known) -> tuple[Component, ...]:
    if isinstance(line.values.get(exchange.SUBMITTED), list):
        return exchange.components(line, {c.code: c.name for c in procedure.components})
    return _remembered(
        line,
        ("components", "components_digitized", "components_reused"),
        procedure.code,
        known,
        lambda: _components_of_cells(line, procedure),
    )


def _components_of_cells(line: Line, procedure: Procedure) -> tuple[Component, ...]:
    names = {c.code: c.name for c in procedure.components}
    received = papers(line, "components")
    flagged = marked(line, "components_digitized", received, "flagged")
    reused = marked(line, "components_reused", received, "reused")
    return tuple(
        Component(
            code=paper.code,
            name=paper.name or names.get(paper.code, paper.code),
            flagged=paper.code in flagged,
            reused=paper.code in reused,
        )
        for paper in received
    )


def _results(line: Line, known: _Known) -> tuple[Result, ...]:
    if isinstance(line.values.get(exchange.ISSUED), list):
        return exchange.results(line)
    return _remembered(line, ("results", "results_digitized"), "", known, lambda: _results_of_cells(line))


def _results_of_cells(line: Line) -> tuple[Result, ...]:
    issued = papers(line, "results")
    flagged = marked(line, "results_digitized", issued, "flagged")
    return tuple(Result(code=p.code, name=p.name or p.code, flagged=p.code in flagged) for p in issued)


def _remembered(line: Line, cells: tuple[str, ...], procedure: str, known: _Known, parse: Callable[[], T]) -> T:
    """What `parse` makes of these cells, from memory where it was made of the same text before, without a problem."""
    values = [line.values.get(cell) for cell in cells]
    if not all(value is None or isinstance(value, str) for value in values):
        return parse()
    key = (*cells, *values, procedure)
    found: Any = known.cells.get(key)
    if found is None:
        problems = len(line.problems)
        found = parse()
        if len(line.problems) == problems:
            if len(known.cells) >= _REMEMBERED:
                known.cells.clear()
            known.cells[key] = found
    return found  # type: ignore[no-any-return]
