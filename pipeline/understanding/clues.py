"""What a document says about the dossier that it belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipeline.model import Clues, Code
from pipeline.understanding import dossier_code, qr


def gather(codes: Sequence[Code], text_codes: Iterable[str], heading: str) -> Clues:
    """The clues on a document: its codes, the dossier codes in its text, and the heading of its first page.

    A code at the top left of a page is the system's own mark on its paper. Another code that holds a dossier code is
    worth what the printed text is worth. Papers named differently by the codes of several pages leave no name.
    """
    marked = [(code, found) for code in codes if isinstance(found := qr.parse(code.text), qr.QrPaper)]
    own = [paper for code, paper in marked if code.near_top_left]
    printed = [paper.dossier for code, paper in marked if not code.near_top_left]
    papers = {paper.paper for paper in own if paper.paper}
    return Clues(
        qr_codes=_unique(paper.dossier for paper in own),
        qr_paper=papers.pop() if len(papers) == 1 else "",
        text_codes=_unique([*printed, *text_codes]),
        heading=heading,
    )


def renamed(clues: Clues, names: Sequence[str]) -> Clues:
    """The same clues with the names that the document was dropped under (receipts' names) as they are now."""
    codes = (code for name in names for code in name_codes(name))
    return replace(clues, file_names=tuple(names), name_codes=_unique(codes))


def behind_sheet(clues: Clues, dossier: str) -> Clues:
    """The clues of a document behind a slip or a sheet that gives this dossier code ("" for none): its own code, where
    it has one, comes before."""
    if not dossier or clues.qr_codes:
        return clues
    return replace(clues, qr_codes=(dossier,))


def name_codes(name: str) -> tuple[str, ...]:
    """The dossier codes in the innermost part of a path that has any: the file's own name comes before its folders'."""
    for part in reversed(name.split("/")):
        found = dossier_code.find_in_name(part)
        if found:
            return found
    return ()


def _unique(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(codes))
