"""What others published, as the words of a table: the index of Decision 766/QĐ-TTg and connections between systems."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from pipeline.indicators.connections import ConnectionCount
from pipeline.indicators.rates import percentage
from pipeline.indicators.report import Report
from pipeline.indicators.scores import ScoreLine
from pipeline.output import report_words
from pipeline.output.report_format import Language, day, decimal, integer


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreWords:
    """A line of the index; `depth` 0 for the index, 1 for a group, 2 for a part of a group."""

    depth: int
    name: str
    points: str
    maximum: str
    rank: str
    basis: str


def scores(report: Report, language: Language) -> list[ScoreWords]:
    return [_score(line, language) for line in report.scores]


def _score(line: ScoreLine, language: Language) -> ScoreWords:
    t = report_words.words(language)
    of = t["of"]
    figure = line.figure
    basis = t["unknown"]
    if figure is not None:
        basis = f"{figure.source}, {day(figure.stated_on, language)}"
    elif line.points is not None:
        basis = t["computed"] if line.part.measured_by else t["summed"]
    return ScoreWords(
        depth=line.depth,
        name=line.name or (line.part.label_vi if language is Language.VIETNAMESE else line.part.label_en),
        points=_points(line, language),
        maximum=integer(line.part.maximum, language),
        rank=f"{figure.rank} {of} {figure.ranked}" if figure and figure.rank else "",
        basis=basis,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionWords:
    system: str
    ministries: str
    localities: str
    checked: str


def connections(report: Report, language: Language) -> list[ConnectionWords]:
    return [_connection(count, language) for count in report.connections]


def _connection(count: ConnectionCount, language: Language) -> ConnectionWords:
    return ConnectionWords(
        system=count.system,
        ministries=_of(count.ministries, count.ministries_named, language),
        localities=_of(count.localities, count.localities_named, language),
        checked="" if count.checked is None else day(count.checked, language),
    )


def _of(part: int, whole: int, language: Language) -> str:
    return f"{integer(part, language)} / {integer(whole, language)}" if whole else "–"


def _points(line: ScoreLine, language: Language) -> str:
    """Published points as they were published, computed ones with two decimals."""
    if line.points is None:
        return "n/a"
    if line.figure is not None:
        return decimal(Decimal(repr(line.figure.points)), language)
    return decimal(percentage(line.points / 100, 2), language)
