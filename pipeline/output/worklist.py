"""What a centre has to do, as plain rows for a table, CSV, or JSON. No row holds a person's name."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from pipeline.clock import local_day
from pipeline.model import Component, Dossier, EntryDraft, Result
from pipeline.output import report_format, report_words
from pipeline.output.report_csv import BOM
from pipeline.output.report_format import Language
from pipeline.ports import CopiedResult, DocumentView

Row = Mapping[str, str]


def rows(
    unmatched: Sequence[DocumentView],
    missing: Sequence[Dossier],
    undated: Sequence[Dossier],
    copied: Sequence[CopiedResult],
    drafts: Sequence[EntryDraft],
    language: Language,
) -> list[Row]:
    """What to do, about which document or dossier, since when, and what helps."""
    t = report_words.words(language)

    def row(kind: str, about: str, since: str = "", detail: str = "") -> Row:
        return {
            t["todo"]: t[f"todo_{kind}"],
            t["about"]: about,
            t["since_day"]: since,
            t["detail"]: detail,
            t["what_helps"]: t[f"todo_{kind}_help"],
        }

    found = [
        row(
            "unmatched",
            view.document.id[:12],
            report_format.day(local_day(view.received_at), language),
            _pages(view, t),
        )
        for view in unmatched
    ]
    found += [
        row("missing", dossier.code, _received(dossier, language), lacking(dossier, language)) for dossier in missing
    ]
    found += [row("undated", dossier.code) for dossier in undated]
    found += [row("copied", one.dossier, "", f"{one.result} = {one.component} ({one.document[:12]})") for one in copied]
    found += [
        row(
            "draft",
            draft.document[:12],
            report_format.day(local_day(draft.made_at), language),
            f"{draft.module}: {', '.join(problem.split()[0] for problem in draft.problems.split('; '))}",
        )
        for draft in drafts
    ]
    return found


def as_csv(of: Sequence[Row], language: Language) -> str:
    """As Excel opens it by a double click; begins with a BOM."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";" if language is Language.VIETNAMESE else ",")
    if of:
        writer.writerow(of[0])
    writer.writerows(row.values() for row in of)
    return BOM + out.getvalue()


def _received(dossier: Dossier, language: Language) -> str:
    return "" if dossier.received_at is None else report_format.day(local_day(dossier.received_at), language)


def lacking(dossier: Dossier, language: Language) -> str:
    """The papers that the register itself does not say are digitized."""
    papers: list[Component | Result] = [*dossier.components, *dossier.results]
    return ", ".join(paper.code for paper in papers if not paper.flagged) or report_words.words(language)["no_papers"]


def _pages(view: DocumentView, t: Mapping[str, str]) -> str:
    pages = sum(part.last - part.first + 1 for part in view.document.parts)
    return f"{pages} {t['pages']}, {t['state_' + view.state.value]}"
