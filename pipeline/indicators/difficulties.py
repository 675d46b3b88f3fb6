"""The difficulties that the field names, as data: which sectors stay on paper, and which results other systems could
have but have not. Their figures come from the same dossiers as all rates.

Sectors are told by their names, compared without marks, case and spaces. Adding a difficulty means adding one
declaration.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.indicators.rates import Counts, add
from pipeline.model import Measure, Procedure, ProcedureTally, Sharing, System
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a report says of a difficulty. `shared` is how many dossiers' results have reached the system, None where
    nothing is known of it. Lines are those with most on paper (or most to share) first."""

    difficulty: Difficulty
    total: Line
    procedures: tuple[Line, ...]
    centres: tuple[Line, ...]
    shared: int | None = None

    @property
    def not_shared(self) -> int | None:
        return None if self.shared is None else max(0, self.total.shareable - self.shared)


def find(
    procedures: Sequence[Procedure],
    tallies: Sequence[ProcedureTally],
    centres: Mapping[str, str],
    shared: Iterable[Sharing],
) -> tuple[Finding, ...]:
    """A finding for each difficulty that has procedures among `procedures`. `centres` are names by code, of those that
    the report is about."""
    inside = [tally for tally in tallies if not tally.centre or tally.centre in centres]
    deliveries = list(shared)
    found = []
    for difficulty in DIFFICULTIES:
        names = {p.code: p.name for p in procedures if of_sector(p.sector) is difficulty}
        mine = [tally for tally in inside if tally.procedure in names]
        if not mine:
            continue
        by_procedure = _sums((tally.procedure, tally) for tally in mine)
        by_centre = _sums((tally.centre, tally) for tally in mine if tally.centre)
        delivered = [row.delivered for row in deliveries if row.system is difficulty.system]
        found.append(
            Finding(
                difficulty=difficulty,
                total=Line(code="", name="", counts=add(tally.counts for tally in mine)),
                procedures=_lines(difficulty, names, by_procedure),
                centres=_lines(difficulty, centres, by_centre),
                shared=sum(delivered) if delivered else None,
            )
        )
    return tuple(found)


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
