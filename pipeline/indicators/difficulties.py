"""The difficulties that the field names, as data: which sectors stay on paper, and which results other systems could
have but have not. Their figures come from the same dossiers as all rates.

Sectors are told by their names, compared without marks, case and spaces. Adding a difficulty means adding one
declaration.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from pipeline.indicators.rates import Counts, add
from pipeline.indicators.shared import Knowledge, known
from pipeline.model import Centre, Connection, Level, Measure, Procedure, ProcedureTally, Sharing, System
from pipeline.text import fold


@dataclass(frozen=True, slots=True, kw_only=True)
class Difficulty:
    """Procedures of some sectors. With a `system` it is about results that this system could have, without one about
    dossiers that are still on paper."""

    name: str
    label_vi: str
    label_en: str
    sectors: tuple[str, ...]
    system: System | None = None


FEES = Difficulty(
    name="fees",
    label_vi="Phí, lệ phí",
    label_en="Fees and charges",
    sectors=("Phí, lệ phí", "Thuế", "Chính sách thuế", "Quản lý thuế, phí, lệ phí và thu khác của ngân sách nhà nước"),
)
LAND = Difficulty(
    name="land",
    label_vi="Đất đai, tài nguyên và môi trường",
    label_en="Land, natural resources and environment",
    sectors=(
        "Đất đai",
        "Môi trường",
        "Tài nguyên và khoáng sản",
        "Địa chất và khoáng sản",
        "Tài nguyên nước",
        "Biển và hải đảo",
        "Khí tượng, thủy văn",
        "Biến đổi khí hậu",
        "Đo đạc, bản đồ và thông tin địa lý",
    ),
)
CIVIL = Difficulty(
    name="civil",
    label_vi="Hộ tịch điện tử",
    label_en="Electronic civil registry",
    sectors=("Hộ tịch",),
    system=System.CIVIL,
)
CRIMINAL = Difficulty(
    name="criminal",
    label_vi="Lý lịch tư pháp",
    label_en="Criminal records",
    sectors=("Lý lịch tư pháp",),
    system=System.CRIMINAL,
)
BUSINESS = Difficulty(
    name="business",
    label_vi="Đăng ký doanh nghiệp",
    label_en="Business registration",
    sectors=("Đăng ký kinh doanh", "Đăng ký doanh nghiệp", "Thành lập và hoạt động của doanh nghiệp"),
    system=System.BUSINESS,
)
HOUSEHOLD = Difficulty(
    name="household",
    label_vi="Đăng ký hộ kinh doanh",
    label_en="Household business registration",
    sectors=("Hộ kinh doanh", "Đăng ký hộ kinh doanh", "Thành lập và hoạt động của hộ kinh doanh"),
    system=System.HOUSEHOLD,
)

DIFFICULTIES = (FEES, LAND, CIVIL, CRIMINAL, BUSINESS, HOUSEHOLD)

_BY_SECTOR = {fold(sector): difficulty for difficulty in DIFFICULTIES for sector in difficulty.sectors}


def of_sector(sector: str) -> Difficulty | None:
    return _BY_SECTOR.get(fold(sector))


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A procedure, or a centre, with its counts of the procedures of a difficulty."""

    code: str
    name: str
    counts: Counts
    shared: int | None = None
    """Dossiers that have reached the difficulty's system; None where it is not known, and of a procedure."""

    @property
    def dossiers(self) -> int:
        return self.counts.get(Measure.DOSSIERS, 0)

    @property
    def on_paper(self) -> int:
        return self.dossiers - self.counts.get(Measure.DOSSIERS_DIGITIZED, 0)

    @property
    def payment_due(self) -> int:
        return self.counts.get(Measure.DOSSIERS_PAYMENT_DUE, 0)

    @property
    def shareable(self) -> int:
        """Dossiers whose result is digitized."""
        return self.counts.get(Measure.E_RESULTS, 0)

    @property
    def not_shared(self) -> int | None:
        return None if self.shared is None else max(0, self.shareable - self.shared)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a report says of a difficulty. Lines are those with most on paper (or most to share) first. Of `agencies`
    `known` say how much they shared; of `named` in the register of connections `connected` are connected."""

    difficulty: Difficulty
    total: Line
    procedures: tuple[Line, ...]
    centres: tuple[Line, ...]
    agencies: int = 0
    known: int = 0
    named: int = 0
    connected: int = 0


def find(
    procedures: Sequence[Procedure],
    tallies: Sequence[ProcedureTally],
    centres: Mapping[str, Centre],
    shared: Sequence[Sharing],
    connections: Sequence[Connection],
    on: date,
) -> tuple[Finding, ...]:
    """A finding for each difficulty that has procedures among `procedures`. `centres`, by code, are those that the
    report is about; `on` is the last day of its period."""
    inside = [tally for tally in tallies if not tally.centre or tally.centre in centres]
    found = []
    for difficulty in DIFFICULTIES:
        names = {p.code: p.name for p in procedures if of_sector(p.sector) is difficulty}
        mine = [tally for tally in inside if tally.procedure in names]
        if not mine:
            continue
        by_centre = _sums((tally.centre, tally) for tally in mine if tally.centre)
        finding = Finding(
            difficulty=difficulty,
            total=Line(code="", name="", counts=add(tally.counts for tally in mine)),
            procedures=_lines(difficulty, names, _sums((tally.procedure, tally) for tally in mine)),
            centres=_lines(difficulty, {code: centres[code].name for code in by_centre}, by_centre),
        )
        if difficulty.system:
            finding = _shared(finding, known(difficulty.system, shared, connections, on), centres)
        found.append(finding)
    return tuple(found)


def _shared(finding: Finding, knowledge: Knowledge, centres: Mapping[str, Centre]) -> Finding:
    """With what is known of the sharing."""
    if finding.centres:  # of a province or centre: those that have such dossiers
        agencies = {centres[line.code].province for line in finding.centres}
        lines = tuple(
            replace(line, shared=knowledge.delivered(centres[line.code].province, line.code))
            for line in finding.centres
        )
        known_ones = [line.shared for line in lines if line.shared is not None]
        total = sum(known_ones) if len(known_ones) == len(lines) else None
    else:
        agencies = {centre.province for centre in centres.values() if centre.level is not Level.MINISTRY}
        lines, total = (), knowledge.total(agencies)
    named = agencies & set(knowledge.connected)
    return replace(
        finding,
        total=replace(finding.total, shared=total),
        centres=lines,
        agencies=len(agencies),
        known=sum(map(knowledge.knows, agencies)),
        named=len(named),
        connected=sum(knowledge.connected[agency] for agency in named),
    )


def watched(procedures: Iterable[Procedure], sectors: Collection[str] = ()) -> list[Procedure]:
    """The procedures of all difficulties, and those of `sectors`."""
    names = {fold(sector) for sector in sectors}
    return [row for row in procedures if fold(row.sector) in names or of_sector(row.sector)]


def _sums(pairs: Iterable[tuple[str, ProcedureTally]]) -> dict[str, Counts]:
    groups: dict[str, list[Counts]] = {}
    for key, tally in pairs:
        groups.setdefault(key, []).append(tally.counts)
    return {key: add(counts) for key, counts in groups.items()}


def _lines(difficulty: Difficulty, names: Mapping[str, str], sums: Mapping[str, Counts]) -> tuple[Line, ...]:
    lines = [Line(code=code, name=names[code], counts=counts) for code, counts in sums.items()]
    return tuple(sorted(lines, key=lambda line: (-(line.shareable if difficulty.system else line.on_paper), line.code)))
