"""PDF: how many pages, and a page as embedded picture, rendering or text. Runs in the child process.

PDFium reads objects and text, poppler (pdf2image) renders, qpdf (pikepdf) repairs, looks into dictionaries and lays
the appearances of annotations flat. The rule which of them a page needs is in `page_content`.
"""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
from pypdfium2 import raw

from pipeline.errors import BrokenScan, EncryptedPdf, NoPages, TooLarge, TooManyPages
from pipeline.geometry import Affine, Box
from pipeline.imaging import page_content
from pipeline.imaging.limits import Limits
from pipeline.imaging.pdf_active import holds_active_parts
from pipeline.imaging.pdf_picture import embedded_picture, rendering
from pipeline.imaging.pdf_text import text_of
from pipeline.imaging.pixels import READABLE_DPI
from pipeline.imaging.text_layer import lines_of
from pipeline.imaging.text_trust import Trust, is_trustworthy
from pipeline.model import Line, PageImage, ScanPage

_A4 = (595.276, 841.89)
_SMALLEST_PAGE, _LARGEST_PAGE = 1.0, 200_000.0
_PAGES_HELD = 50
"""PDFium keeps what it has taken from a file, pictures too, until it is closed: that happens after so many pages."""
_QPDF_ERRORS = (pikepdf.PikepdfError, ValueError, TypeError, KeyError, AttributeError)
"""What pikepdf raises on damaged objects: its own, and those of a wrong type found where another belongs."""


class PdfFile:
    """An opened PDF. Raises EncryptedPdf, BrokenScan, NoPages, TooManyPages. `scratch` takes a repaired copy."""

    def __init__(self, path: Path, scratch: Path, limits: Limits, *, drawn: bool = False) -> None:
        """Pages whose text is enough have no picture, unless they are to be `drawn`."""
        self._limits = limits
        self._path = path
        document = _load(path)
        if document is None or not _last_page_opens(document):
            self._path = _repaired(path, scratch)
            document = _load(self._path)
        if document is None:
            raise BrokenScan("PDF: not readable even after repair.")
        self._document = document
        self.pages = len(document)
        if self.pages == 0:
            raise NoPages
        if self.pages > limits.max_pages:
            raise TooManyPages(f"{self.pages} pages, at most {limits.max_pages}.")
        self._drawn = drawn
        self._objects: pikepdf.Pdf | None = None
        self._held = 0

    def check(self) -> None:
        """Looks at the size of every picture without decoding it. Raises TooLarge."""
        for number in range(1, self.pages + 1):
            for picture in _pictures_of(self._qpdf_page(number)):
                width, height = _pixel_size(picture)
                if width * height > self._limits.max_page_pixels:
                    most = self._limits.max_page_megapixels
                    raise TooLarge(f"Page {number}: a picture of {width} x {height} pixels, at most {most} MP.")

    def is_active(self) -> bool:
        """Whether it holds scripts or attachments; False where qpdf cannot open it, which no viewer could either."""
        try:
            with pikepdf.open(self._path) as pdf:
                return holds_active_parts(pdf)
        except _QPDF_ERRORS:
            return False

    def page(self, number: int, dpi: float = READABLE_DPI) -> ScanPage:
        """The page with this 1-based number, its picture not reduced below `dpi`. Raises BrokenScan, TooLarge."""
        if self._held == _PAGES_HELD:
            self._open_anew()
        self._held += 1
        try:
            page = self._document[number - 1]
        except (pdfium.PdfiumError, IndexError):
            raise BrokenScan(f"PDF, page {number}.") from None
        try:
            return self._page(page, number, dpi)
        finally:
            page.close()

    def _open_anew(self) -> None:
        document = _load(self._path)
        if document is None:
            raise BrokenScan("PDF: it changed while it was read.")
        self._document.close()
        self._document, self._held = document, 0

    def _page(self, page: pdfium.PdfPage, number: int, enough: float) -> ScanPage:
        visible = _visible_box(page)
        turns = page.get_rotation() // 90 % 4
        frame = page_frame(visible, turns)
        size = (visible.width, visible.height) if turns % 2 == 0 else (visible.height, visible.width)
        qpdf_page = self._qpdf_page(number)
        overlays = self._annotations(qpdf_page, number, frame, visible)
        shown = ScanPage(number=number, width=size[0], height=size[1], image=None, overlays=overlays, to_points=frame)

        content = page_content.content_of(page)
        picture = page_content.full_page_picture(content, visible)
        if picture is not None:
            scan = self._scan(page, shown, visible, content, picture, qpdf_page, enough)
            if scan is not None:
                return scan
        elif content.visible_text:
            layer = text_of(page, frame, visible, content)
            length = sum(len(line.text) + 1 for line in layer.lines)
            if length and page_content.text_is_enough(content, visible, length):
                shown = replace(shown, text=layer.lines, converted=layer.converted)
                if layer.trust is Trust.FULL and not self._drawn:
                    return shown
        dpi = page_content.rendering_dpi(content, visible)
        return replace(shown, image=self._rendered(shown, dpi, enough, hide_annotations=bool(overlays)))

    def _scan(
        self,
        page: pdfium.PdfPage,
        shown: ScanPage,
        visible: Box,
        content: page_content.Content,
        picture: page_content.Picture,
        qpdf_page: pikepdf.Page | None,
        enough: float,
    ) -> ScanPage | None:
        """Rule 1; None where the picture cannot stand for the page after all."""
        assert shown.to_points is not None
        over = {text for text, order in content.visible_text.items() if order > picture.order}
        stamped = lines_of(page, shown.to_points, visible, over.__contains__) if over else ()
        if over and not is_trustworthy("\n".join(line.text for line in stamped)):
            return None
        image = embedded_picture(picture, _same_picture(qpdf_page, picture), shown, visible, self._limits, enough)
        if image is None:
            return None
        return replace(shown, image=image, overlays=(*shown.overlays, *stamped))

    def _rendered(self, shown: ScanPage, dpi: float, enough: float, *, hide_annotations: bool) -> PageImage:
        """Drawn as its content asks for; no finer than is enough for who wants less than reading does."""
        drawn = dpi if enough >= READABLE_DPI else min(dpi, enough)
        image = rendering(self._path, shown, drawn, self._limits, hide_annotations=hide_annotations)
        return replace(image, reduced=dpi / drawn)

    def _qpdf_page(self, number: int) -> pikepdf.Page | None:
        """The page's dictionary; None where qpdf counts or reads otherwise than PDFium."""
        try:
            if self._objects is None:
                # not mapped: what was looked at once would stay in this process's memory
                self._objects = pikepdf.open(self._path, access_mode=pikepdf.AccessMode.stream)
            return self._objects.pages[number - 1]
        except (*_QPDF_ERRORS, IndexError):
            return None

    def _annotations(
        self, qpdf_page: pikepdf.Page | None, number: int, frame: Affine, visible: Box
    ) -> tuple[Line, ...]:
        """The text of the page's annotations: signatures, form fields, notes. Empty where they are broken."""
        if qpdf_page is None or self._objects is None:
            return ()
        try:
            if not any("/AP" in annotation for annotation in qpdf_page.obj.get("/Annots", ())):
                return ()
            flat = _only_annotations(self._objects, number)
        except _QPDF_ERRORS:
            return ()
        try:
            document = pdfium.PdfDocument(flat)
            lines = lines_of(document[0], frame, visible)
            document.close()
        except pdfium.PdfiumError:
            return ()
        return lines if is_trustworthy("\n".join(line.text for line in lines)) else ()


def page_frame(visible: Box, turns: int) -> Affine:
    """Maps the page as shown (points, origin top left, y down) to user space, `turns` clockwise quarter turns (/Rotate)
    after the crop box `visible` (ISO 32000-1, table 30)."""
    return (
        Affine(1, 0, 0, -1, visible.x0, visible.y1),
        Affine(0, 1, 1, 0, visible.x0, visible.y0),
        Affine(-1, 0, 0, 1, visible.x1, visible.y0),
        Affine(0, -1, -1, 0, visible.x1, visible.y1),
    )[turns % 4]


def _load(path: Path) -> pdfium.PdfDocument | None:
    """None where PDFium cannot make sense of it. Raises EncryptedPdf."""
    try:
        return pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
            raise EncryptedPdf from None
        return None


def _last_page_opens(document: pdfium.PdfDocument) -> bool:
    """PDFium believes the page count that the file claims; the last page shows whether it is true."""
    if len(document) == 0:
        return False
    try:
        document[len(document) - 1].close()
    except pdfium.PdfiumError:
        return False
    return True


def _repaired(path: Path, scratch: Path) -> Path:
    """A copy with its tables rebuilt by qpdf. Raises EncryptedPdf, BrokenScan, NoPages."""
    copy = scratch / "repaired.pdf"
    try:
        with pikepdf.open(path) as pdf:
            if len(pdf.pages) == 0:
                raise NoPages
            pdf.save(copy)
    except pikepdf.PasswordError:
        raise EncryptedPdf from None
    except (*_QPDF_ERRORS, OSError) as error:
        raise BrokenScan(f"PDF: {type(error).__name__}.") from None
    return copy


def _visible_box(page: pdfium.PdfPage) -> Box:
    """The crop box within the media box, inherited ones too, as viewers show it; A4 where it has no size.

    Raises TooLarge.
    """
    x0, y0, x1, y1 = page.get_bbox()
    box = Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
    if min(box.width, box.height) < _SMALLEST_PAGE:
        box = Box(0.0, 0.0, *_A4)
    if max(box.width, box.height) > _LARGEST_PAGE:
        raise TooLarge(f"A page of {box.width:.0f} x {box.height:.0f} points.")
    return box


def _only_annotations(source: pikepdf.Pdf, number: int) -> bytes:
    """A PDF of this page with nothing on it but the appearances of its annotations, drawn as content."""
    with pikepdf.new() as pdf:
        pdf.add_pages_from(source, [number - 1], layers="ignore", outlines="ignore")
        only = pdf.pages[0]
        only.obj.Contents = pdf.make_stream(b"")
        only.obj.Resources = pikepdf.Dictionary()
        pdf.flatten_annotations("screen")
        out = io.BytesIO()
        pdf.save(out)
        return out.getvalue()


def _pictures_of(page: pikepdf.Page | None) -> list[pikepdf.Object]:
    """The image dictionaries of the page and of its forms, each once."""
    if page is None:
        return []
    found: dict[tuple[int, int], pikepdf.Object] = {}
    seen: set[tuple[int, int]] = set()
    try:
        waiting: list[pikepdf.Object] = [page.resources]
        while waiting:
            for item in waiting.pop().get("/XObject", pikepdf.Dictionary()).as_dict().values():
                if item.objgen in seen or not isinstance(item, pikepdf.Stream):
                    continue
                seen.add(item.objgen)
                if item.get("/Subtype") == "/Image":
                    found[item.objgen] = item
                elif "/Resources" in item:
                    waiting.append(item.Resources)
    except _QPDF_ERRORS:
        return list(found.values())
    return list(found.values())


def _pixel_size(picture: pikepdf.Object) -> tuple[int, int]:
    try:
        return max(0, int(picture.get("/Width", 0))), max(0, int(picture.get("/Height", 0)))
    except _QPDF_ERRORS:
        return 0, 0


def _same_picture(page: pikepdf.Page | None, picture: page_content.Picture) -> pikepdf.Object | None:
    """The dictionary of the picture that PDFium found, None where it is not certain."""
    alike = [found for found in _pictures_of(page) if _pixel_size(found) == (picture.width, picture.height)]
    return alike[0] if len(alike) == 1 else None
