"""Which paper of a dossier is meant: by a name (a title, a QR code's words) or by the name of a file.

File names that say which paper they are, the dossier code taken from the name itself or from a folder above it:

    <dossier code>_<component or result code>.pdf      <dossier code>/<component or result code>.pdf
    <dossier code>_<name of the paper>.pdf             <dossier code>/<name of the paper>.pdf
    <dossier code>_KQ.pdf, <dossier code>/KQ.pdf       the result, where the dossier has one
    <dossier code>_KQ_<result code or name>.pdf        that result

Case, tone marks and the separators (`_`, `-`, `.`, blanks) do not matter; a number in front (`1. Đơn ...`), a copy's
number behind (`... (2)`) and `signed` do not either.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from rapidfuzz import fuzz

from pipeline.model import Dossier, PaperKind
from pipeline.text import fold
from pipeline.understanding import dossier_code

SURE = 86.0
"""A name is the same where the share of equal letters (rapidfuzz ratio, 0 to 100) is at least this."""
MARGIN = 6.0
"""And no other paper of the dossier comes nearer than this behind it."""
_PART_PENALTY = 7.0
"""For a title that carries on where the name ends, or the other way round: one with the whole title is preferred."""
_SHORTEST_PART = 4
"""Words that the shorter one must have to stand for the longer one that begins with them."""
_QUALIFIERS = re.compile(
    r"^(?:(?:\d+|mot|hai|ban (?:sao|chinh|goc|chup)(?: (?:chung thuc|dien tu|co chung thuc))?|file|tep)\W+)+"
    r"|\([^)]*\)|\W(?:theo mau|mau so|kem theo|doi voi|trong truong hop|\(neu)\b.*$"
)
_SUBJECT = re.compile(r"\b(?:ve viec|v/v|ve)\b")
_RESULT_MARK = re.compile(r"^(?:kq|ket qua)(?=\W|\d|$)\W*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A component or result of a dossier; `name` is folded."""

    kind: PaperKind
    code: str
    name: str


def of(dossier: Dossier) -> list[Paper]:
    components = [Paper(kind=PaperKind.COMPONENT, code=c.code, name=fold(c.name)) for c in dossier.components]
    return components + [Paper(kind=PaperKind.RESULT, code=r.code, name=fold(r.name)) for r in dossier.results]


def by_words(words: str, papers: Iterable[Paper]) -> Paper | None:
    """The paper whose code or name `words` are; None where none is, or where two could be."""
    papers = list(papers)
    coded = [paper for paper in papers if words and _compact(words) == _compact(paper.code)]
    if coded:
        return coded[0] if len(coded) == 1 else None
    return by_name(words, papers)


def by_name(name: str, papers: Iterable[Paper]) -> Paper | None:
    """The paper with this name, letters misread and qualifiers left out; None where none is sure, or two are near."""
    wanted = _core(fold(name))
    if not wanted:
        return None
    ranked = sorted(((_likeness(wanted, paper.name), paper) for paper in papers), key=lambda item: -item[0])
    if not ranked or ranked[0][0] < SURE:
        return None
    if len(ranked) > 1 and ranked[0][0] - ranked[1][0] < MARGIN:
        return None
    return ranked[0][1]


def by_file_name(path: str, dossier: Dossier) -> Paper | None:
    """The paper that a path names by the rules above; None where it names none, or another dossier's."""
    rest = _rest(path, dossier.code)
    if not rest:
        return None
    papers = of(dossier)
    mark = _RESULT_MARK.match(rest)
    coded = [paper for paper in papers if _compact(paper.code) == _compact(rest)]
    if len(coded) == 1:
        return coded[0]
    if mark is not None:
        results = [paper for paper in papers if paper.kind is PaperKind.RESULT]
        named = rest[mark.end() :]
        if not named:
            return results[0] if len(results) == 1 else None
        return by_words(named, results)
    return None if coded else by_name(rest, papers)


def names_dossier_alone(path: str, dossier: str) -> bool:
    """Whether a file's own name is the dossier's code and nothing else."""
    return dossier_code.find_in_name(_stem(path)) == (dossier,) and _rest(path, dossier) == ""


def _stem(path: str) -> str:
    name = PurePosixPath(path).name
    return re.sub(r"\.(?:pdf|tiff?|jpe?g|png)$", "", name, flags=re.IGNORECASE)


def _rest(path: str, dossier: str) -> str:
    """What a file's name says beside the dossier code, folded, words apart by single blanks."""
    stem = _stem(path)
    own = dossier_code.find_in_name(stem)
    if own and own != (dossier,):
        return ""
    rest = fold(dossier_code.without_codes(stem))
    rest = re.sub(r"\(\d+\)|\bsigned\b|\bdaky\b", " ", rest.replace("_", " "))
    return " ".join(re.sub(r"[^\w()/]+", " ", rest).split())


def _compact(text: str) -> str:
    return re.sub(r"[\W_]", "", fold(text))


def _core(folded: str) -> str:
    """A folded name without what says how, for whom and on which form."""
    core = _SUBJECT.sub(" ", _QUALIFIERS.sub(" ", folded))
    return _spaced(core)


def _likeness(wanted: str, name: str) -> float:
    """0 to 100: as wholes, or, at a price, as the beginning of one another."""
    core = _core(name)
    best = max(fuzz.ratio(wanted, core), fuzz.ratio(wanted, _spaced(name)))
    ours, theirs = wanted.split(), core.split()
    shared = min(len(ours), len(theirs))
    if shared >= _SHORTEST_PART and len(ours) != len(theirs):
        best = max(best, fuzz.ratio(" ".join(ours[:shared]), " ".join(theirs[:shared])) - _PART_PENALTY)
    return best


def _spaced(folded: str) -> str:
    return " ".join(re.sub(r"[\W_]+", " ", folded).split())
