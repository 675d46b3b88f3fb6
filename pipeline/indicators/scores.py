"""The index of Decision 766/QĐ-TTg as data: five groups of 100 points, and the parts of the digitization group.

sohoa measures three parts from dossiers; the other parts, the other groups and the rank are imported (`sohoa import
indices`) and printed with their source. A part's share is full at `full_at`: points = maximum x min(rate / full_at, 1).
That the groups are 18, 20, 22, 22 and 18 points is in the decision; the parts' points and the 80 % at which two of them
are full are third-party readings of it, so that a change here is a new `version`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from pipeline.errors import UsageError
from pipeline.indicators import periods, rates
from pipeline.indicators.definitions import E_RESULTS, RECORDS_DIGITIZED, REUSE, Definition
from pipeline.indicators.rates import Counts
from pipeline.model import IndexFigure, Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the index. `measured_by` is the rate that sohoa computes it from; None: it is imported."""

    name: str
    version: int = 1
    label_vi: str
    label_en: str
    maximum: int
    measured_by: Definition | None = None
    full_at: Fraction = Fraction(1)
    parts: tuple[Part, ...] = ()


DIGITIZATION = Part(
    name="digitization",
    label_vi="Số hóa hồ sơ",
    label_en="Digitization",
    maximum=22,
    parts=(
        Part(
            name="e_results",
            label_vi="Cấp kết quả điện tử",
            label_en="Results issued electronically",
            maximum=6,
            measured_by=E_RESULTS,
        ),
        Part(
            name="records_digitized",
            label_vi="Số hóa hồ sơ, kết quả",
            label_en="Dossiers digitized",
            maximum=4,
            measured_by=RECORDS_DIGITIZED,
            full_at=Fraction(80, 100),
        ),
        Part(
            name="shared_to_store",
            label_vi="Chia sẻ vào kho dữ liệu cá nhân, tổ chức",
            label_en="Shared to the personal store",
            maximum=4,
        ),
        Part(
            name="reuse",
            label_vi="Khai thác, sử dụng lại dữ liệu số hóa",
            label_en="Digitized data reused",
            maximum=2,
            measured_by=REUSE,
            full_at=Fraction(80, 100),
        ),
        Part(
            name="population_data",
            label_vi="Sử dụng dữ liệu dân cư",
            label_en="Population data used",
            maximum=2,
        ),
        Part(
            name="connected_procedures",
            label_vi="Thủ tục hành chính được kết nối, đồng bộ",
            label_en="Procedures connected",
            maximum=2,
        ),
        Part(name="e_copies", label_vi="Chứng thực bản sao điện tử", label_en="Certified e-copies", maximum=2),
    ),
)

INDEX = Part(
    name="index",
    label_vi="Bộ chỉ số phục vụ người dân, doanh nghiệp",
    label_en="Index of service to citizens and businesses",
    maximum=100,
    parts=(
        Part(name="transparency", label_vi="Công khai, minh bạch", label_en="Transparency and openness", maximum=18),
        Part(name="progress", label_vi="Tiến độ, kết quả giải quyết", label_en="Progress and resolution", maximum=20),
        Part(name="online_services", label_vi="Dịch vụ công trực tuyến", label_en="Online services", maximum=22),
        DIGITIZATION,
        Part(name="satisfaction", label_vi="Mức độ hài lòng", label_en="Satisfaction", maximum=18),
    ),
)


def all_parts(part: Part = INDEX) -> Iterable[Part]:
    """A part, then those below it."""
    yield part
    for below in part.parts:
        yield from all_parts(below)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreLine:
    """The points of one part for one place: imported with their source, or computed (`figure` is None), or unknown
    (`points` is None). `depth` is 0 for the index, 1 for a group, 2 for a part of a group."""

    part: Part
    depth: int
    points: Fraction | None
    figure: IndexFigure | None = None
    code: str = ""
    name: str = ""


def points(part: Part, counts: Counts) -> Fraction | None:
    """The computed points of a part; None where sohoa does not measure it or there is no denominator."""
    if part.measured_by is None:
        return None
    share = rates.rate(part.measured_by, counts).share
    return None if share is None else part.maximum * min(share / part.full_at, Fraction(1))


def board(code: str, counts: Counts, period: Period, published: Sequence[IndexFigure]) -> tuple[ScoreLine, ...]:
    """The index of a province or ministry part by part. What sohoa measures is computed even where a figure was
    published; a group without a published figure is the sum of its parts where all are known."""
    given = {figure.part: figure for figure in _of_period(published, period) if figure.code == code}
    lines = tuple(_lines(INDEX, 0, counts, given))
    return lines if any(line.points is not None for line in lines) else ()


def ranking(names: Mapping[str, str], period: Period, published: Sequence[IndexFigure]) -> tuple[ScoreLine, ...]:
    """The published index of each place among `names` (by code) that has one, the best rank first."""
    lines = [
        ScoreLine(part=INDEX, depth=0, points=_exact(figure), figure=figure, code=figure.code, name=names[figure.code])
        for figure in _of_period(published, period)
        if figure.part == INDEX.name and figure.code in names
    ]
    return tuple(sorted(lines, key=lambda line: (line.figure is None or line.figure.rank or 10**6, line.code)))


def _lines(part: Part, depth: int, counts: Counts, given: dict[str, IndexFigure]) -> list[ScoreLine]:
    below = [line for child in part.parts for line in _lines(child, depth + 1, counts, given)]
    figure = given.get(part.name)
    value = points(part, counts)
    if value is not None:
        figure = None
    elif figure is not None:
        value = _exact(figure)
    elif part.parts:
        own = [line.points for line in below if line.depth == depth + 1]
        value = sum((p for p in own if p is not None), Fraction(0)) if None not in own else None
    return [ScoreLine(part=part, depth=depth, points=value, figure=figure), *below]


def _exact(figure: IndexFigure) -> Fraction:
    return Fraction(repr(figure.points))


def _of_period(published: Iterable[IndexFigure], period: Period) -> list[IndexFigure]:
    """The figures for the same days, whatever the period is called."""
    return [figure for figure in published if _days(figure.period) == (period.first, period.last)]


def _days(name: str) -> tuple[date, date] | None:
    try:
        found = periods.parse(name)
    except UsageError:
        return None  # written by another version, which knew other periods
    return found.first, found.last
