"""What is drawn on a PDF page, as far as the choice between text layer, embedded picture and rendering asks.

The rule, in one place:

1. One picture covers at least 90 % of the page and nothing else is drawn over it: a scan. The picture is taken out as
   it is; an invisible text layer (a scanner's own OCR) is not believed. Visible text over it (a received stamp set by
   a program) is kept as overlays where it can be trusted.
2. Otherwise, a trustworthy visible text layer on a page whose pictures cover less than 25 % of it: the text is
   enough and there is no image. Little text among shapes (a watermark over letters drawn as curves) does not count.
3. Everything else (mojibake, mixed pages, pictures in strips or with masks, drawings, blank pages) is rendered and
   read whole.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2 as pdfium
from pypdfium2 import raw

from pipeline.geometry import POINTS_PER_INCH, Affine, Box

FULL_PAGE = 0.90
LITTLE_PICTURE = 0.25
RENDERING_DPI, LOWEST_DPI, HIGHEST_DPI = 300.0, 200.0, 400.0
LITTLE_TEXT = 100
"""Characters; with fewer, shapes or pictures may hold what matters."""
MANY_SHAPES = 60
MOST_OBJECTS = 50_000
"""A page of more objects is a drawing: it is rendered, whatever comes after."""
_DEEPEST_FORM = 8
_INVISIBLE = {raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP}


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """An image on the page: `matrix` maps the unit square to PDF user space, `order` is its place in the drawing."""

    handle: object
    order: int
    width: int
    height: int
    matrix: Affine

    @property
    def box(self) -> Box:
        return self.matrix.box(Box(0.0, 0.0, 1.0, 1.0))

    @property
    def sides(self) -> tuple[float, float]:
        """Length across and down in points."""
        m = self.matrix
        return (m.a**2 + m.b**2) ** 0.5, (m.c**2 + m.d**2) ** 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """The drawing of a page. `visible_text` are addresses of text objects with their place in the drawing."""

    pictures: tuple[Picture, ...]
    visible_text: dict[int, int]
    hidden_text: int
    shapes: tuple[int, ...]
    complete: bool

    def covered(self, page: Box) -> float:
        """The share of the page under pictures; what lies under two counts twice, up to the whole page."""
        return min(1.0, sum(picture.box.intersection(page) for picture in self.pictures) / max(page.area, 1e-9))


def content_of(page: pdfium.PdfPage) -> Content:
    """Walks the objects of the page and of its forms."""
    pictures: list[Picture] = []
    visible: dict[int, int] = {}
    shapes: list[int] = []
    hidden = order = 0
    for order, (handle, matrix) in enumerate(_objects(page.raw, Affine(), 0)):
        if order >= MOST_OBJECTS:
            break
        kind = raw.FPDFPageObj_GetType(handle)
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            pictures.append(_picture(handle, order, matrix))
        elif kind == raw.FPDF_PAGEOBJ_TEXT:
            if raw.FPDFTextObj_GetTextRenderMode(handle) in _INVISIBLE:
                hidden += 1
            else:
                visible[address(handle)] = order
        else:
            shapes.append(order)
    return Content(tuple(pictures), visible, hidden, tuple(shapes), order < MOST_OBJECTS)


def full_page_picture(content: Content, page: Box) -> Picture | None:
    """The one picture that is the page, and over which nothing but a few lines and text is drawn."""
    if not content.complete or len(content.pictures) != 1:
        return None
    (picture,) = content.pictures
    over = sum(order > picture.order for order in content.shapes)
    if picture.box.intersection(page) < FULL_PAGE * page.area or over > MANY_SHAPES:
        return None
    return picture


def text_is_enough(content: Content, page: Box, characters: int) -> bool:
    """Rule 2, for a page whose visible text layer is trustworthy and has so many characters."""
    if not content.complete or content.hidden_text > len(content.visible_text):
        return False
    if characters < LITTLE_TEXT and (content.pictures or len(content.shapes) > MANY_SHAPES):
        return False
    return content.covered(page) < LITTLE_PICTURE


def address(handle: object) -> int:
    """The identity of a PDFium object."""
    return ctypes.cast(handle, ctypes.c_void_p).value or 0  # type: ignore[arg-type]


def _objects(container: object, matrix: Affine, depth: int) -> Iterator[tuple[object, Affine]]:
    """The objects of a page (depth 0) or form, forms opened, each with the map of its container to the page."""
    count, get = (
        (raw.FPDFPage_CountObjects, raw.FPDFPage_GetObject)
        if depth == 0
        else (raw.FPDFFormObj_CountObjects, raw.FPDFFormObj_GetObject)
    )
    for index in range(max(0, count(container))):
        handle = get(container, index)
        if not handle:
            continue
        if raw.FPDFPageObj_GetType(handle) == raw.FPDF_PAGEOBJ_FORM:
            if depth < _DEEPEST_FORM:
                yield from _objects(handle, _matrix(handle).then(matrix), depth + 1)
        else:
            yield handle, matrix


def _matrix(handle: object) -> Affine:
    found = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(handle, found):
        return Affine()
    return Affine(found.a, found.b, found.c, found.d, found.e, found.f)


def _picture(handle: object, order: int, container: Affine) -> Picture:
    width, height = ctypes.c_uint(), ctypes.c_uint()
    raw.FPDFImageObj_GetImagePixelSize(handle, width, height)
    return Picture(handle, order, width.value, height.value, _matrix(handle).then(container))


def rendering_dpi(content: Content, page: Box) -> float:
    """300; where pictures are the page (strips, masks), their own resolution, so that nothing is resampled twice."""
    if content.covered(page) < FULL_PAGE:
        return RENDERING_DPI
    own = [
        picture.width * POINTS_PER_INCH / max(picture.sides[0], 1e-9)
        for picture in content.pictures
        if picture.box.intersection(page) > 0
    ]
    return min(max([*own, LOWEST_DPI]), HIGHEST_DPI)
