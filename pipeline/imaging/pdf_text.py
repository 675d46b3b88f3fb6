"""The text of a PDF page as far as it can be believed, out of a legacy encoding too. Runs in the child."""

from __future__ import annotations

from dataclasses import dataclass

import pypdfium2 as pdfium

from pipeline.geometry import Affine, Box
from pipeline.imaging import page_content
from pipeline.imaging.legacy_text import how_to_read
from pipeline.imaging.text_layer import Font, lines_of
from pipeline.imaging.text_trust import Trust, is_trustworthy, trust_in
from pipeline.model import Line


@dataclass(frozen=True, slots=True)
class TextLayer:
    """`converted`: out of a legacy encoding."""

    lines: tuple[Line, ...]
    trust: Trust
    converted: bool = False


def text_of(page: pdfium.PdfPage, frame: Affine, visible: Box, content: page_content.Content) -> TextLayer:
    """The visible text; none where it is not to be believed and cannot be converted.

    Where the file lacks a legacy font, every viewer draws the codes in another's letters: then the picture is what is
    wrong, and the converted text has to be believed for its syllables alone."""
    keep = content.visible_text.__contains__ if content.hidden_text else None
    lines = lines_of(page, frame, visible, keep)
    trust = trust_in("\n".join(line.text for line in lines))
    if trust is not Trust.NONE:
        return TextLayer(lines, trust)
    heard: dict[str, list[str]] = {}
    embedded: set[str] = set()

    def hear(text: str, font: Font) -> str:
        heard.setdefault(font.name, []).append(text)
        if font.embedded:
            embedded.add(font.name)
        return text

    lines_of(page, frame, visible, keep, hear)
    reading = how_to_read(heard)
    legacy = {font for font, one in reading.items() if one.legacy is not None}
    lines = lines_of(page, frame, visible, keep, lambda text, font: reading[font.name].text(text)) if legacy else ()
    if not is_trustworthy("\n".join(line.text for line in lines)):
        return TextLayer((), Trust.NONE)
    return TextLayer(lines, Trust.SOME if legacy <= embedded else Trust.FULL, converted=True)
