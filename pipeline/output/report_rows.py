"""The rows of a report as plain values, which every output format writes in its own way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from pipeline.indicators.definitions import HEADLINE, RECORDS_DIGITIZED
from pipeline.indicators.report import Report
from pipeline.indicators.rows import Row
from pipeline.model import Measure
from pipeline.output import report_format, report_words
from pipeline.output.report_format import Language

Value = str | int | Decimal | None


class Kind(StrEnum):
    """What the values of a column are."""

    WORDS = "words"
    COUNT = "count"
    RATE = "rate"
    TARGET = "target"
    GAP = "gap"
    CHANGE = "change"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A column. `decimals` are those of a rate, a target (percentages), a gap or a change (percentage points)."""

    heading: str
    kind: Kind
    decimals: int = 0


LISTED = 1000
"""A page lists so many centres; more are in the workbook, in CSV and JSON, and in the reports of the provinces."""


def listed_centres(report: Report) -> tuple[Row, ...]:
    return report.centres if len(report.centres) <= LISTED else ()


def fields(language: Language) -> tuple[Field, ...]:
    """The columns of `values`, in the same order."""
    t = report_words.words(language)
    rates = [
        Field(heading=heading, kind=kind, decimals=definition.decimals)
        for definition in HEADLINE
        for name in [report_words.label(definition, language)]
        for kind, heading in (
            (Kind.RATE, f"{name} (%)"),
            (Kind.TARGET, f"{t['target']}: {name} (%)"),
            (Kind.GAP, f"{t['gap_points']}: {name}"),
            (Kind.CHANGE, f"{t['same_period_points']}: {name}"),
        )
    ]
    words = ("level_of_row", "code", "name", "province")
    counts = ("dossiers", "dossiers_digitized", "still_needed", "components_all", "components")
    return (
        *(Field(heading=t[word], kind=Kind.WORDS) for word in words),
        *(Field(heading=t[word], kind=Kind.COUNT) for word in (*counts, "e_results_all", "e_results")),
        *rates,
    )


def values(row: Row, language: Language) -> tuple[Value, ...]:
    """A row's values. A rate without a denominator, and what has no target, is None."""
    t = report_words.words(language)
    records = row.figure(RECORDS_DIGITIZED)
    return (
        report_format.level(row.level, language) if row.level else t[row.scope.value],
        row.code,
        report_format.name(row, language),
        row.province_name or (row.name if row.code else ""),
        row.count(Measure.DOSSIERS),
        row.count(Measure.DOSSIERS_DIGITIZED),
        records.still_needed if records.gap is not None else None,
        row.count(Measure.COMPONENTS),
        row.count(Measure.COMPONENTS_DIGITIZED),
        row.count(Measure.RESULT_DOSSIERS),
        row.count(Measure.E_RESULTS),
        *(
            value
            for definition in HEADLINE
            for figure in [row.figure(definition)]
            for value in (figure.percent, figure.target_percent, figure.gap, figure.change)
        ),
    )


def all_rows(report: Report) -> Iterator[Row]:
    """The report's own row, its parts, its provinces, its centres."""
    yield report.total
    yield from report.blocs
    yield from report.provinces
    if report.total not in report.centres:
        yield from report.centres


def missing_facts(report: Report, language: Language) -> list[tuple[int, str]]:
    """What keeps the rates down or was left out, as number and words; what is 0 is left out."""
    t: Mapping[str, str] = report_words.words(language)
    missing = report.missing
    facts = [
        (missing.dossiers, t["missing_dossiers"]),
        (missing.components, t["missing_components"]),
        (missing.e_results, t["missing_e_results"]),
        (missing.unmatched, t["missing_unmatched"]),
        (missing.undated, t["missing_undated"]),
        (missing.same_as_component, t["missing_same"]),
        (report.idle, t["missing_idle"]),
    ]
    return [fact for fact in facts if fact[0]]
