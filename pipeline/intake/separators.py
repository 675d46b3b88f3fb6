"""Sheets that part a stack: separator sheets (patch code T, or a bar code or QR code with an agreed text), and the
reception slip, whose QR code gives the dossier of what follows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.intake.separators_patch import is_patch_t
from pipeline.model import Code, PageImage
from pipeline.text import fold
from pipeline.understanding import codes, dossier_code, qr

_SLIPS = ("giay tiep nhan", "phieu tiep nhan", "bien nhan", "giay bien nhan", "phieu hen", "giay hen")
"""How the papers begin that a centre hands out at reception (Circular 01/2018/TT-VPCP, form 01)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A page that parts its stack. `dossier` is the code that it gives to what follows, or "". `paper`: it is a paper
    itself, a document of its own; a separator sheet is in no document."""

    page: int
    dossier: str = ""
    paper: bool = False


def find_mark(image: PageImage, text: str) -> Mark | None:
    """What the page is for its stack; None for an ordinary page."""
    mark = mark_of(codes.find(image.pixels, image.number), image.number, text)
    if mark is None and is_patch_t(image.pixels, image.dpi):
        return Mark(page=image.number)
    return mark


def mark_of(found: Iterable[Code], page: int, text: str) -> Mark | None:
    """A code with `text`, alone or with a dossier code behind a colon, marks a separator sheet.

    A system's own code whose paper is a reception slip marks a slip. Any other code marks nothing.
    """
    for code in found:
        name, _, dossier = code.text.strip().partition(":")
        if name.strip().casefold() == text.casefold():
            dossier = dossier.strip().upper()
            return Mark(page=page, dossier=dossier if dossier_code.parse(dossier) else "")
    for code in found:
        paper = qr.parse(code.text)
        if isinstance(paper, qr.QrPaper) and fold(paper.paper).startswith(_SLIPS):
            return Mark(page=page, dossier=paper.dossier, paper=True)
    return None
