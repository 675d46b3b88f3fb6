"""A report as JSON: exact counts, percentages with their decimals, the definitions they follow."""

from __future__ import annotations

import json
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from pipeline.indicators.definitions import HEADLINE, Definition
from pipeline.indicators.report import Report
from pipeline.indicators.rows import Figure, Row
from pipeline.output import report_format, report_reported, report_sections, report_words
from pipeline.output.report_format import Language
from pipeline.output.report_rows import all_rows
from pipeline.output.report_sections import Section


def render(report: Report, language: str = Language.VIETNAMESE) -> str:
    """One object; names of indicators in the language, keys in English. Counts and percentages are numbers, a rate
    without a denominator is null."""
    language = report_format.language_of(language)
    missing = report.missing
    content = {
        "scope": report.scope.value,
        "code": report.code,
        "name": report_format.place(report, language),
        "period": {
            "name": report.period.name,
            "first": report.period.first.isoformat(),
            "last": report.period.last.isoformat(),
        },
        "made_at": report.made_at.isoformat(),
        "edition": report.edition.number if report.edition else None,
        "total": _row(report.total),
        "blocs": [_row(row) for row in report.blocs],
        "provinces": [_row(row) for row in report.provinces],
        "centres": [_row(row) for row in report.centres],
        "missing": {
            "dossiers": missing.dossiers,
            "components": missing.components,
            "results": missing.results,
            "e_results": missing.e_results,
            "pending": missing.pending,
            "undated": missing.undated,
            "same_as_component": missing.same_as_component,
            "unmatched": missing.unmatched,
            "centres": [row.code for row in missing.centres],
            "dossier_codes": {centre: [d.code for d in dossiers] for centre, dossiers in report.dossiers.items()},
        },
        "idle_centres": report.idle,
        "scores": [
            {"part": line.part.name, "version": line.part.version, "code": line.code, **asdict(words)}
            for line, words in zip(report.scores, report_reported.scores(report, language), strict=True)
        ],
        "connections": [asdict(words) for words in report_reported.connections(report, language)],
        "sections": [_section(section) for section in report_sections.sections(report, language)],
        "units_on": report.units_on.isoformat() if report.units_on else None,
        "definitions": [_definition(definition, language) for definition in report.definitions],
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _section(section: Section) -> dict[str, Any]:
    """A table whose cells are numbers, words, or null where there is none."""
    return {
        "name": section.name,
        "title": section.title,
        "columns": [field.heading for field in section.fields],
        "rows": [[_number(v) if isinstance(v, Decimal) else v for v in row] for row in section.rows],
    }


def rows(report: Report, language: str = Language.VIETNAMESE) -> list[dict[str, str]]:
    """A short table of texts: place, dossiers and the three rates with their gaps."""
    language = report_format.language_of(language)
    return [_short(row, language) for row in all_rows(report)]


def _short(row: Row, language: Language) -> dict[str, str]:
    t = report_words.words(language)
    cells = {t["code"]: row.code, t["name"]: report_format.name(row, language)}
    for figure in map(row.figure, HEADLINE):
        name = report_words.label(figure.definition, language)
        gap = "" if figure.gap is None else f" ({report_format.points(figure.gap, language)})"
        cells[name] = report_format.percent(figure.percent, language) + gap
    return cells


def _row(row: Row) -> dict[str, Any]:
    return {
        "scope": row.scope.value,
        "code": row.code,
        "name": row.name,
        "province": row.province,
        "level": row.level.value if row.level else None,
        "counts": {measure.value: count for measure, count in sorted(row.counts.items())},
        "indicators": {figure.definition.name: _figure(figure) for figure in row.figures},
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "numerator": figure.rate.numerator,
        "denominator": figure.rate.denominator,
        "percent": _number(figure.percent),
        "target": _number(figure.target_percent),
        "gap": _number(figure.gap),
        "reached": figure.reached,
        "still_needed": figure.still_needed,
        "by_flag": figure.by_flag,
        "change": _number(figure.change),
        "reached_on": figure.reached_on.isoformat() if figure.reached_on else None,
    }


def _definition(definition: Definition, language: Language) -> dict[str, Any]:
    return {
        "name": definition.name,
        "version": definition.version,
        "label": report_words.label(definition, language),
        "numerator": definition.numerator.value,
        "denominator": definition.denominator.value,
        "decimals": definition.decimals,
        "source": report_words.source(definition, language),
        "explanation": report_words.explanation(definition, language),
    }


def _number(value: Decimal | None) -> float | None:
    """Percentages have at most a few decimals, which a float prints as they are."""
    return None if value is None else float(value)
