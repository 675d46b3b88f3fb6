"""Sheets that part a stack: separator sheets (patch code T, or a bar code or QR code with an agreed text), and the
reception slip, whose QR code gives the dossier of what follows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.imaging.shrink import shrunk_by
from pipeline.intake.separators_patch import is_patch_t
from pipeline.model import Code, PageImage
from pipeline.text import fold
from pipeline.understanding import codes, dossier_code, qr

_DPI = 150.0
"""Codes on sheets and slips are large: more pixels only cost time, and this is spent on every page of a stack."""
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
    pixels = image.pixels
    grey = pixels if pixels.ndim == 2 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    factor = min(1.0, _DPI / image.dpi)
    grey = shrunk_by(grey, factor)
    mark = mark_of(codes.find(grey, image.number), image.number, text)
    if mark is None and is_patch_t(grey, image.dpi * factor):
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
