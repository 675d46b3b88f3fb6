"""A document finds its dossier, and in it the component or result that it is. A guess is worse than no match: what is
not told apart waits until a person settles it.

The dossier: by the QR code at the top left, else by the dossier code in the text, else by the name of file or folder.
The first of these that names any dossier decides; if it names two, or one that is not in the register, the document
waits. The paper: by the QR code's paper name, else by the file name, else by the title of the first page.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pipeline.model import Clues, Dossier, Match, MatchSource, PaperKind
from pipeline.understanding import paper_names
from pipeline.understanding.paper_names import Paper


def match(document: str, clues: Clues, dossiers: Mapping[str, Dossier], now: datetime) -> Match | None:
    """The match of a document, or None. `dossiers` has those of the register that the clues name, by code."""
    found = find_dossier(clues)
    if found is None or found[0] not in dossiers:
        return None
    code, source = found
    paper = find_paper(clues, dossiers[code])
    if paper is None:
        return None
    return Match(document=document, dossier=code, kind=paper.kind, paper=paper.code, source=source, matched_at=now)


def find_dossier(clues: Clues) -> tuple[str, MatchSource] | None:
    """The dossier code by the surest source that has any, and that source; None where it has two."""
    for codes, source in (
        (clues.qr_codes, MatchSource.QR),
        (clues.text_codes, MatchSource.TEXT),
        (clues.name_codes, MatchSource.FILE_NAME),
    ):
        if codes:
            return (codes[0], source) if len(set(codes)) == 1 else None
    return None


def find_paper(clues: Clues, dossier: Dossier) -> Paper | None:
    """Which component or result of `dossier` a document with these clues is."""
    papers = paper_names.of(dossier)
    by_qr = paper_names.by_words(clues.qr_paper, papers)
    if by_qr is not None:
        return by_qr
    named = {paper for name in clues.file_names if (paper := paper_names.by_file_name(name, dossier)) is not None}
    if named:
        return named.pop() if len(named) == 1 else None
    return paper_names.by_name(clues.heading, papers) or _only_one(clues, papers, dossier)


def _only_one(clues: Clues, papers: list[Paper], dossier: Dossier) -> Paper | None:
    """The one paper of a dossier without results, for a file that is named by the dossier's code alone and has no
    title: with a title it is another paper, a slip or a letter, for that title would have been found."""
    if len(papers) != 1 or papers[0].kind is not PaperKind.COMPONENT or clues.heading or clues.qr_paper:
        return None
    alone = any(paper_names.names_dossier_alone(name, dossier.code) for name in clues.file_names)
    return papers[0] if alone else None
