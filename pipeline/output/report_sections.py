"""The sections of a report that are plain tables, as values that every format writes in its own way: how received
dossiers add up, the months, the sectors with targets, the open difficulties."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from pipeline.indicators import sampling
from pipeline.indicators.definitions import E_RESULTS, RECORDS_DIGITIZED
from pipeline.indicators.difficulties import Finding, Line
from pipeline.indicators.rates import Rate
from pipeline.indicators.report import Report
from pipeline.indicators.trend import Step
from pipeline.model import Judged, Measure, Scope
from pipeline.model.interconnection import SYSTEM_NAMES
from pipeline.output import report_format, report_words
from pipeline.output.report_format import Language
from pipeline.output.report_rows import Field, Kind, Value

LINES = 10
"""So many procedures and centres of a difficulty are listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A table under a title. `curve` are percentages to be drawn beside it, the earliest first, None where
    there is none."""

    name: str
    title: str
    note: str = ""
    fields: tuple[Field, ...]
    rows: tuple[tuple[Value, ...], ...]
    curve: tuple[Decimal | None, ...] = ()


def sections(report: Report, language: Language) -> tuple[Section, ...]:
    """In the order of the page; those without anything to say are left out."""
    found = [
        _reconciliation(report, language),
        _quality(report, language),
        _trend(report, language),
        _sectors(report, language),
    ]
    found += [section for finding in report.findings for section in _finding(report, finding, language)]
    return tuple(section for section in found if section.rows)


def text(field: Field, value: Value, language: Language) -> str:
    """A cell as it is read on a page."""
    if isinstance(value, str):
        return value
    if value is None:
        return "n/a" if field.kind is Kind.RATE else "–"
    if field.kind is Kind.COUNT:
        return report_format.integer(int(value), language)
    if field.kind in (Kind.GAP, Kind.CHANGE):
        return report_format.points(Decimal(value), language, unit=False)
    return report_format.percent(Decimal(value), language)


def _count(heading: str) -> Field:
    return Field(heading=heading, kind=Kind.COUNT)


def _words(heading: str) -> Field:
    return Field(heading=heading, kind=Kind.WORDS)


def _rate(heading: str, decimals: int = 1) -> Field:
    return Field(heading=heading, kind=Kind.RATE, decimals=decimals)


def _reconciliation(report: Report, language: Language) -> Section:
    t = report_words.words(language)
    total, missing = report.total, report.missing
    received = total.count(Measure.DOSSIERS)
    rows: list[tuple[Value, ...]] = [
        (t["rec_received"], received),
        (t["rec_resolved"], total.count(Measure.DOSSIERS_RESOLVED)),
        (t["rec_pending"], missing.pending),
        (t["rec_payment"], total.count(Measure.DOSSIERS_PAYMENT_DUE)),
        (t["rec_undated"], missing.undated),
        (t["rec_without_documents"], missing.dossiers),
        (t["rec_unmatched"], missing.unmatched),
        (t["rec_same"], missing.same_as_component),
        (t["rec_flag_components"], total.count(Measure.COMPONENTS_DIGITIZED_BY_FLAG)),
        (t["rec_flag_results"], total.count(Measure.RESULTS_DIGITIZED_BY_FLAG)),
    ]
    return Section(
        name="reconciliation",
        title=t["reconciliation"],
        note=t["reconciliation_note"],
        fields=(_words(t["fact"]), _count(t["number"])),
        rows=tuple(rows),
    )


def _quality(report: Report, language: Language) -> Section:
    t = report_words.words(language)
    names = {row.code: row.name for row in report.centres}
    judged = sorted(report.judged, key=lambda row: (row.accepted / row.judged, row.centre))[:LINES]
    rows: list[tuple[Value, ...]] = [_judged(names.get(row.centre, row.centre), row) for row in judged]
    if len(report.judged) > 1:
        rows.append(_judged(t["total"], sampling.together("", report.judged)))
    return Section(
        name="quality",
        title=t["quality"],
        note=t["quality_note"],
        fields=(
            _words(t["centre"]),
            _count(t["judged"]),
            _count(t["accepted"]),
            _rate(t["accepted_share"]),
            _rate(t["interval_low"]),
            _rate(t["interval_high"]),
        ),
        rows=tuple(rows),
    )


def _judged(name: str, row: Judged) -> tuple[Value, ...]:
    share = Rate(numerator=row.accepted, denominator=row.judged).percent(1)
    interval = sampling.wilson(row.accepted, row.judged)
    bounds = (interval.low, interval.high) if interval else (None, None)
    return (name, row.judged, row.accepted, share, *(None if b is None else Decimal(f"{100 * b:.1f}") for b in bounds))


def _trend(report: Report, language: Language) -> Section:
    t = report_words.words(language)
    step = report.trend[0].step if report.trend else Step.MONTH
    rows: list[tuple[Value, ...]] = []
    curve: list[Decimal | None] = []
    for spell in report.trend:
        records, results = spell.rate(RECORDS_DIGITIZED), spell.rate(E_RESULTS)
        rows.append(
            (
                report_format.spell_words(spell, language),
                spell.dossiers,
                records.percent(RECORDS_DIGITIZED.decimals),
                results.percent(E_RESULTS.decimals),
            )
        )
        curve.append(records.percent(RECORDS_DIGITIZED.decimals))
    return Section(
        name="trend",
        title=t[f"trend_{step}"],
        note=t["trend_year_note"] if step is Step.YEAR and report.period.last.month < 12 else "",
        fields=(
            _words(t[step.value]),
            _count(t["dossiers"]),
            _rate(t["records_rate"], RECORDS_DIGITIZED.decimals),
            _rate(t["e_results_rate"], E_RESULTS.decimals),
        ),
        rows=tuple(rows),
        curve=tuple(curve),
    )


def _sectors(report: Report, language: Language) -> Section:
    t = report_words.words(language)
    rows: list[tuple[Value, ...]] = []
    for row in report.sectors:
        for definition in (RECORDS_DIGITIZED, E_RESULTS):
            figure = row.figure(definition)
            label = report_words.label(definition, language)
            counted, whole = figure.rate.numerator, figure.rate.denominator
            rows.append((row.name, label, counted, whole, figure.percent, figure.target_percent, figure.gap))
    return Section(
        name="sectors",
        title=t["sectors"],
        fields=(
            _words(t["sector"]),
            _words(t["indicator"]),
            _count(t["counted"]),
            _count(t["whole"]),
            _rate(t["rate"], 2),
            Field(heading=t["target"], kind=Kind.TARGET, decimals=2),
            Field(heading=t["gap_points"], kind=Kind.GAP, decimals=2),
        ),
        rows=tuple(rows),
    )


def _finding(report: Report, finding: Finding, language: Language) -> Iterator[Section]:
    difficulty = finding.difficulty
    label = difficulty.label_vi if language is Language.VIETNAMESE else difficulty.label_en
    parts = [("procedures", finding.procedures)]
    if report.scope is not Scope.CENTRE:
        parts.append(("centres", finding.centres))
    for number, (part, lines) in enumerate(parts):
        make = _sharing if difficulty.system else _on_paper
        yield make(finding, label, part, lines[:LINES], language, first=number == 0)


def _on_paper(
    finding: Finding, label: str, part: str, lines: tuple[Line, ...], language: Language, *, first: bool
) -> Section:
    t = report_words.words(language)
    shown = [*lines, finding.total] if first else [*lines]
    return Section(
        name=f"{finding.difficulty.name}-{part}",
        title=f"{label}: {t['on_paper_by_' + part]}",
        note=t["on_paper_note"] if first else "",
        fields=(
            _words(t["code"]),
            _words(t["procedure_name"] if part == "procedures" else t["centre"]),
            _count(t["dossiers"]),
            _count(t["on_paper"]),
            _rate(t["on_paper_share"]),
            _count(t["payment_due"]),
        ),
        rows=tuple(
            (
                line.code,
                line.name or t["total"],
                line.dossiers,
                line.on_paper,
                Rate(numerator=line.on_paper, denominator=line.dossiers).percent(1),
                line.payment_due,
            )
            for line in shown
        ),
    )


def _sharing(
    finding: Finding, label: str, part: str, lines: tuple[Line, ...], language: Language, *, first: bool
) -> Section:
    t = report_words.words(language)
    rows: list[tuple[Value, ...]] = [
        (line.code, line.name, line.dossiers, line.shareable, line.shared, line.not_shared) for line in lines
    ]
    if first:
        total = finding.total
        rows.append(("", t["total"], total.dossiers, total.shareable, total.shared, total.not_shared))
    return Section(
        name=f"{finding.difficulty.name}-{part}",
        title=f"{t['interconnection']}: {label}, {t['by_' + part]}",
        note=_sharing_note(finding, language) if first else "",
        fields=(
            _words(t["code"]),
            _words(t["procedure_name"] if part == "procedures" else t["centre"]),
            _count(t["dossiers"]),
            _count(t["shareable"]),
            _count(t["shared"]),
            _count(t["not_shared"]),
        ),
        rows=tuple(rows),
    )


def _sharing_note(finding: Finding, language: Language) -> str:
    """Which system it is about, who is connected to it, and of how many agencies it is known what they shared."""
    t = report_words.words(language)
    system = finding.difficulty.system
    numbers = {
        name: report_format.integer(getattr(finding, name), language)
        for name in ("connected", "named", "known", "agencies")
    }
    parts = [
        f"{t['system']}: {SYSTEM_NAMES[system]}." if system else "",
        (t["sharing_connected"] if finding.named else t["sharing_unnamed"]).format_map(numbers),
        t["sharing_known"].format_map(numbers) if finding.agencies > 1 else "",
        t["sharing_note"],
    ]
    return " ".join(filter(None, parts))
