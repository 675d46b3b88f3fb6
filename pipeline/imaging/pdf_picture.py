"""The picture of a PDF page: the embedded one as it is, or a rendering by poppler.

Either comes as a viewer shows the page: quarter turns and mirror images that the page's matrices make are made in the
pixels too, and `to_points` carries the rest.
"""

from __future__ import annotations

import ctypes
import io
from pathlib import Path

import numpy as np
import pikepdf
from pdf2image import convert_from_path
from pdf2image.exceptions import PDFInfoNotInstalledError, PDFPageCountError, PDFSyntaxError
from PIL import Image, JpegImagePlugin
from pypdfium2 import raw

from pipeline.errors import BrokenScan, ProgramMissing, TooLarge
from pipeline.geometry import POINTS_PER_INCH, Affine, Box
from pipeline.imaging import jpeg, pixels
from pipeline.imaging.limits import Limits
from pipeline.imaging.page_content import Picture
from pipeline.model import PageImage, Pixels, ScanPage

LOWEST_DPI, HIGHEST_DPI = 30.0, 5000.0
"""An embedded picture outside of this is not a scan of its page."""


_FAX = ["/CCITTFaxDecode"]
_OF_BITS = (["/FlateDecode"], ["/LZWDecode"], ["/RunLengthDecode"])
"""Filters behind which bits are bits."""
_BROKEN = (OSError, SyntaxError, ValueError, KeyError, TypeError, NotImplementedError)
"""What pikepdf and Pillow raise on pictures that they cannot make sense of."""
_BAND = 64
"""Rows of the reduced picture that are made at a time."""


def embedded_picture(
    picture: Picture,
    source: pikepdf.Object | None,
    shown: ScanPage,
    visible: Box,
    limits: Limits,
    enough: float = pixels.READABLE_DPI,
) -> PageImage | None:
    """The picture taken out, not reduced below `enough` dpi; None where it has a mask, no certain dictionary, or cannot
    be decoded alone.

    Raises TooLarge.
    """
    if source is None or any(key in source for key in ("/SMask", "/Mask")) or bool(source.get("/ImageMask", False)):
        return None
    if picture.width * picture.height > limits.max_page_pixels:
        raise TooLarge(f"A picture of {picture.width} x {picture.height} pixels.")
    across, down = picture.sides
    if not (across and down and picture.width and picture.height):
        return None
    dpi_x, dpi_y = picture.width * POINTS_PER_INCH / across, picture.height * POINTS_PER_INCH / down
    if not (min(dpi_x, dpi_y) >= LOWEST_DPI and max(dpi_x, dpi_y) <= HIGHEST_DPI):
        return None
    factor = pixels.shrink_factor(picture.width, picture.height, max(dpi_x, dpi_y), enough)
    image = _decoded(picture, source, factor)
    if image is None:
        return None
    rows, columns = image.shape[:2]
    square, dpi = pixels.squared(image, dpi_x * columns / picture.width, dpi_y * rows / picture.height)
    rows, columns = square.shape[:2]
    # from pixels of what was decoded to the unit square of the image, whose origin is at the lower left
    unit = Affine(1 / columns, 0, 0, -1 / rows, 0, 1)
    array, to_points = _as_shown(pixels.without_colour(square), unit.then(picture.matrix), shown)
    array, to_points = _cropped(array, to_points, visible)
    return PageImage(number=shown.number, pixels=array, dpi=dpi, to_points=to_points, reduced=max(dpi_x, dpi_y) / dpi)


def rendering(path: Path, shown: ScanPage, dpi: float, limits: Limits, *, hide_annotations: bool) -> PageImage:
    """The page drawn by poppler, at `dpi` or what the limit on pixels allows. Raises BrokenScan, ProgramMissing."""
    most = min(limits.max_page_pixels, pixels.MOST_PIXELS)
    area = shown.width * shown.height / POINTS_PER_INCH**2
    dpi = min(dpi, (most / area) ** 0.5)
    try:
        pages = convert_from_path(
            path,
            dpi=max(1, round(dpi)),
            first_page=shown.number,
            last_page=shown.number,
            use_cropbox=True,
            hide_annotations=hide_annotations,
        )
    except (FileNotFoundError, PDFInfoNotInstalledError):
        raise ProgramMissing("pdftoppm (package poppler-utils).") from None
    except (PDFPageCountError, PDFSyntaxError, OSError, ValueError, IndexError) as error:
        raise BrokenScan(f"PDF, page {shown.number}: poppler, {type(error).__name__}.") from None
    if len(pages) != 1:
        raise BrokenScan(f"PDF, page {shown.number}: poppler gave no picture.")
    (image,) = pages
    assert shown.to_points is not None
    to_shown = Affine(shown.width / image.width, 0, 0, shown.height / image.height, 0, 0)
    return PageImage(
        number=shown.number,
        pixels=pixels.without_colour(np.asarray(image, np.uint8)),
        dpi=image.width / shown.width * POINTS_PER_INCH,
        to_points=to_shown.then(shown.to_points),
    )


def _decoded(picture: Picture, source: pikepdf.Object, factor: int) -> Pixels | None:
    """The picture, grey or RGB, reduced by `factor`."""
    found = None
    if _plain_jpeg(source):
        found = _jpeg(source, (picture.width, picture.height), factor)
    elif _is_black_and_white(source):
        fax = _filters(source) == _FAX
        found = _fax(source, (picture.width, picture.height), factor) if fax else _bits(picture, factor)
    return found if found is not None else _by_pdfium(picture, factor)


def _plain_jpeg(source: pikepdf.Object) -> bool:
    """A JPEG whose bytes alone say what it looks like."""
    return (
        _filters(source) == ["/DCTDecode"]
        and "/Decode" not in source
        and "/DecodeParms" not in source
        and source.get("/ColorSpace") in ("/DeviceRGB", "/DeviceGray")
    )


def _jpeg(source: pikepdf.Object, size: tuple[int, int], factor: int) -> Pixels | None:
    """Decoded at reduced size where that is wanted; None where it is cut off, or has another size or colours."""
    try:
        data = source.read_raw_bytes()
        header = JpegImagePlugin.JpegImageFile(io.BytesIO(data))
    except (OSError, SyntaxError, ValueError, pikepdf.PdfError):
        return None
    mode = "L" if source.get("/ColorSpace") == "/DeviceGray" else "RGB"
    return jpeg.decoded(data, mode, factor) if (header.size, header.mode) == (size, mode) else None


def _filters(source: pikepdf.Object) -> list[str]:
    filters = source.get("/Filter", pikepdf.Array())
    return [str(name) for name in (filters.as_list() if isinstance(filters, pikepdf.Array) else [filters])]


def _is_black_and_white(source: pikepdf.Object) -> bool:
    """One bit a pixel, of which 0 is black."""
    return (
        source.get("/BitsPerComponent") == 1
        and source.get("/ColorSpace") == "/DeviceGray"
        and "/Decode" not in source
        and _filters(source) in (_FAX, *_OF_BITS)
    )


def _fax(source: pikepdf.Object, size: tuple[int, int], factor: int) -> Pixels | None:
    """Decoded by libtiff, in half the time that PDFium takes; None where that finds anything wrong."""
    try:
        image = pikepdf.PdfImage(source).as_pil_image()  # type: ignore[arg-type]
        image.load()
    except (*_BROKEN, pikepdf.PdfError):
        return None
    if (image.size, image.mode) != (size, "1"):
        return None
    return pixels.array(image, factor)


def _bits(picture: Picture, factor: int) -> Pixels | None:
    """The bits as PDFium unpacks them, made grey in a fifth of the time that it takes; None where there are fewer or
    more of them than the size says."""
    row = -(-picture.width // 8)
    packed = np.empty((picture.height, row), np.uint8)
    size = packed.size
    if raw.FPDFImageObj_GetImageDataDecoded(picture.handle, packed.ctypes.data_as(ctypes.c_void_p), size) != size:
        return None
    white = np.unpackbits(packed, axis=1, count=picture.width)
    np.negative(white, out=white)  # 1 is 255 then
    return _reduced(white, factor)


def _by_pdfium(picture: Picture, factor: int) -> Pixels | None:
    """Colour space, /Decode, palette and depth applied by PDFium. Reduced in bands, for the bitmap is large enough."""
    bitmap = raw.FPDFImageObj_GetBitmap(picture.handle)
    if not bitmap:
        return None
    try:
        width, height = raw.FPDFBitmap_GetWidth(bitmap), raw.FPDFBitmap_GetHeight(bitmap)
        stride, kind = raw.FPDFBitmap_GetStride(bitmap), raw.FPDFBitmap_GetFormat(bitmap)
        depth = {raw.FPDFBitmap_Gray: 1, raw.FPDFBitmap_BGR: 3, raw.FPDFBitmap_BGRx: 4}.get(kind)
        if depth is None or (width, height) != (picture.width, picture.height):
            return None
        address = ctypes.cast(raw.FPDFBitmap_GetBuffer(bitmap), ctypes.c_void_p).value
        if not address:
            return None
        buffer = (ctypes.c_ubyte * (stride * height)).from_address(address)
        rows = np.frombuffer(buffer, dtype=np.uint8).reshape(height, stride)[:, : width * depth]
        shape = -(-height // factor), -(-width // factor)
        reduced = np.empty(shape if depth == 1 else (*shape, 3), np.uint8)
        for top in range(0, height, _BAND * factor):
            band = rows[top : top + _BAND * factor]
            colours = band if depth == 1 else band.reshape(-1, width, depth)[:, :, 2::-1]
            reduced[top // factor : top // factor + _BAND] = _reduced(colours, factor)
        return reduced
    finally:
        raw.FPDFBitmap_Destroy(bitmap)


def _reduced(band: Pixels, factor: int) -> Pixels:
    if factor == 1:
        return band
    return np.asarray(pixels.reduced(Image.fromarray(np.ascontiguousarray(band)), factor), np.uint8)


def _as_shown(array: Pixels, to_points: Affine, shown: ScanPage) -> tuple[Pixels, Affine]:
    """The pixels mirrored and turned by quarter turns so that they lie as a viewer shows them."""
    assert shown.to_points is not None
    view = to_points.then(shown.to_points.inverse())  # pixels to the page as shown, both with y downwards
    height, width = array.shape[:2]
    if view.a * view.d - view.b * view.c < 0:
        array = array[:, ::-1]
        to_points = Affine(-1, 0, 0, 1, width, 0).then(to_points)
        view = Affine(-1, 0, 0, 1, width, 0).then(view)
    turns = round(view.angle / 90) % 4  # clockwise, for y grows downwards on both sides
    # a clockwise turn puts the old lower left at the upper left: old x is new y, old y is height minus new x
    for _ in range(turns):
        height = array.shape[0]
        array = np.rot90(array, -1)
        to_points = Affine(0, -1, 1, 0, 0, height).then(to_points)
    return np.ascontiguousarray(array), to_points


def _cropped(array: Pixels, to_points: Affine, visible: Box) -> tuple[Pixels, Affine]:
    """Without the rows and columns that lie outside the crop box."""
    height, width = array.shape[:2]
    seen = to_points.inverse().box(visible)
    x0, y0 = max(0, int(seen.x0 + 0.5)), max(0, int(seen.y0 + 0.5))
    x1, y1 = min(width, int(seen.x1 + 0.5)), min(height, int(seen.y1 + 0.5))
    if (x0, y0, x1, y1) == (0, 0, width, height) or x1 <= x0 or y1 <= y0:
        return array, to_points
    return np.ascontiguousarray(array[y0:y1, x0:x1]), Affine(1, 0, 0, 1, x0, y0).then(to_points)
