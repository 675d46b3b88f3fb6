"""TIFF, JPEG and PNG as PDF pages: the picture as it is stored, upright, at its size on paper.

A JPEG is embedded byte for byte, also one in a TIFF, a PNG as its own compressed rows, bitonal TIFF pages as CCITT G4
(byte for byte where they are stored so in one strip), others without loss (img2pdf). The page is that of
pipeline.imaging: the upright picture (EXIF orientation applied) at `picture_dpi`.
"""

from __future__ import annotations

import gc
import io
import logging
import zlib
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

import cv2
import img2pdf
import numpy as np
from numpy.typing import NDArray
from pikepdf import Array, Dictionary, Name, Object, Pdf, PdfError, Stream
from PIL import ExifTags, Image

from pipeline.errors import ReadingFailed
from pipeline.geometry import POINTS_PER_INCH
from pipeline.imaging import pixels
from pipeline.imaging.picture_dpi import picture_dpi
from pipeline.model import MediaType
from pipeline.output import tiff_fax, tiff_jpeg
from pipeline.output.tiff_fax import Fax

_CHUNK_BYTES = 32 << 20
"""Pages are written to disk whenever so many bytes of pictures are held."""
_SIDEWAYS = (5, 6, 7, 8)
_BITS_PER_SAMPLE = 258
_TAKEN_AS_IS = ("L", "LA", "P", "RGB", "RGBA", "CMYK")
_UNREADABLE = (OSError, SyntaxError, ValueError, KeyError, IndexError, TypeError, EOFError, OverflowError, zlib.error)
"""What Pillow and img2pdf raise on pictures that they cannot take."""
_PLACEMENT = {
    1: (1, 0, 0, 1, 0, 0),
    2: (-1, 0, 0, 1, 1, 0),
    3: (-1, 0, 0, -1, 1, 1),
    4: (1, 0, 0, -1, 0, 1),
    5: (0, -1, -1, 0, 1, 1),
    6: (0, -1, 1, 0, 0, 1),
    7: (0, 1, 1, 0, 0, 0),
    8: (0, 1, -1, 0, 1, 0),
}
"""For each EXIF orientation the matrix that lays the stored picture (a unit square) upright on a unit square."""

logging.getLogger("img2pdf").setLevel(logging.ERROR)  # its warnings are about what is done on purpose here
Image.MAX_IMAGE_PIXELS = None  # the size of every page was checked when the file was taken


@dataclass(frozen=True, slots=True, kw_only=True)
class _Picture:
    """A picture. Size and dpi are those of the stored rows, before `orientation`. Without data it is an empty page."""

    data: bytes | Fax
    """In a form that img2pdf takes, or in the form that PDF has for it."""
    width: int
    height: int
    dpi: tuple[float, float]
    orientation: int = 1


def write(
    path: Path, media_type: MediaType, numbers: Sequence[int], folder: Path, *, broken: Collection[int] = ()
) -> list[tuple[Path, int]]:
    """PDFs in `folder` that hold the pages with these 1-based numbers, in order, and how many each has.

    A page that is among the `broken` and indeed cannot be decoded becomes an empty one, so that the others are not
    lost with it. Raises ReadingFailed for any other.
    """
    written: list[tuple[Path, int]] = []
    try:
        for chunk in _chunks(_pictures(path, media_type, numbers, broken)):
            written.append((folder / f"{len(written)}.pdf", len(chunk)))
            _save(chunk, written[-1][0])
    except (*_UNREADABLE, PdfError) as error:
        raise ReadingFailed(f"A page of a {media_type.value} could not be embedded: {type(error).__name__}.") from error
    return written


def _chunks(pictures: Iterator[_Picture]) -> Iterator[list[tuple[_Picture, bytes | Fax]]]:
    """Pictures, each with the PDF that img2pdf makes of it where it has to, as many at a time as may be held in
    memory."""
    chunk: list[tuple[_Picture, bytes | Fax]] = []
    held = 0
    for picture in pictures:
        made = _embedded(picture.data) if picture.data and isinstance(picture.data, bytes) else picture.data
        chunk.append((picture, made))
        held += len(made.data if isinstance(made, Fax) else made)
        if held >= _CHUNK_BYTES:
            yield chunk
            chunk, held = [], 0
    if chunk:
        yield chunk


def _save(chunk: Sequence[tuple[_Picture, bytes | Fax]], path: Path) -> None:
    with ExitStack() as stack:
        pdf = stack.enter_context(Pdf.new())
        for picture, data in chunk:
            if isinstance(data, Fax):
                _add_page(pdf, _fax(pdf, data, picture.width, picture.height), picture)
            elif data:
                made = stack.enter_context(Pdf.open(io.BytesIO(data)))
                (image,) = made.pages[0].obj.Resources.XObject.values()
                _add_page(pdf, pdf.copy_foreign(image), picture)
            else:
                _add_page(pdf, None, picture)
        pdf.save(path)  # as it comes: the searchable PDF is made of it


def _fax(pdf: Pdf, fax: Fax, width: int, height: int) -> Object:
    """CCITT Group 4 as PDF has it (ISO 32000-1, 7.4.6)."""
    image = Stream(pdf, fax.data, Type=Name.XObject, Subtype=Name.Image, Width=width, Height=height)
    image.ColorSpace, image.BitsPerComponent = Name.DeviceGray, 1
    image.Filter = Array([Name.CCITTFaxDecode])
    image.DecodeParms = Array([Dictionary(K=-1, Columns=width, Rows=height, BlackIs1=fax.negative)])
    return pdf.make_indirect(image)


def _add_page(pdf: Pdf, image: Object | None, picture: _Picture) -> None:
    width, height, dpi = picture.width, picture.height, picture.dpi
    if picture.orientation in _SIDEWAYS:
        width, height, dpi = height, width, (dpi[1], dpi[0])
    dpi = picture_dpi(width, height, *dpi)
    page_width, page_height = width / dpi[0] * POINTS_PER_INCH, height / dpi[1] * POINTS_PER_INCH
    placement = " ".join(str(value) for value in _PLACEMENT[picture.orientation])
    content = f"q {page_width:.4f} 0 0 {page_height:.4f} 0 0 cm {placement} cm /Picture Do Q"
    page = pdf.add_blank_page(page_size=(page_width, page_height))
    page.obj.MediaBox = Array([0, 0, Decimal(f"{page_width:.4f}"), Decimal(f"{page_height:.4f}")])
    if image is None:
        return
    page.obj.Resources = Dictionary(XObject=Dictionary(Picture=image))
    page.obj.Contents = pdf.make_indirect(Stream(pdf, content.encode("ascii")))


def _pictures(path: Path, media_type: MediaType, numbers: Sequence[int], broken: Collection[int]) -> Iterator[_Picture]:
    with path.open("rb") as file, Image.open(file, formats=[media_type.name]) as image:
        if media_type is MediaType.TIFF:
            for number in numbers:
                try:
                    image.seek(number - 1)
                    yield _tiff_page(path, file, image, number, doubted=number in broken)
                except _UNREADABLE:
                    if number not in broken:
                        raise
                    yield _Picture(data=b"", width=image.width, height=image.height, dpi=_tagged_dpi(image))
        else:
            yield _Picture(
                data=path.read_bytes(),
                width=image.width,
                height=image.height,
                dpi=_tagged_dpi(image),
                orientation=_orientation(image),
            )


def _orientation(image: Image.Image) -> int:
    value = image.getexif().get(ExifTags.Base.Orientation, 1)
    return value if value in _PLACEMENT else 1


def _tagged_dpi(image: Image.Image) -> tuple[float, float]:
    """What the file says of its resolution, 0 where it says nothing that can be read."""
    try:
        across, down = image.info.get("dpi", (0.0, 0.0))
        return float(across), float(down)
    except (TypeError, ValueError, ZeroDivisionError):
        return 0.0, 0.0


def _tiff_page(path: Path, file: BinaryIO, image: Image.Image, number: int, *, doubted: bool) -> _Picture:
    """A TIFF page as the file holds it where PDF can hold it so, else decoded and stored again without loss.

    One that is `doubted` is decoded in any case.
    """
    dpi, orientation = _tagged_dpi(image), _orientation(image)
    tags = getattr(image, "tag_v2", {})
    if image.mode == "RGB" and max(tags.get(_BITS_PER_SAMPLE, (8,))) > 8:
        values = _deep_pixels(path, number)
        return _Picture(
            data=_png(values), width=values.shape[1], height=values.shape[0], dpi=dpi, orientation=orientation
        )
    data: bytes | Fax | None = tiff_fax.stored(file, tags, image) if orientation == 1 else None
    if data is None or doubted:
        image.load()  # Pillow turns a TIFF upright as it loads it
    if data is None and orientation == 1:
        data = tiff_jpeg.jpeg_of(file, tags, image)
    if orientation in _SIDEWAYS:
        dpi = dpi[1], dpi[0]
    return _Picture(data=data or _coded(image), width=image.width, height=image.height, dpi=dpi)


def _coded(image: Image.Image) -> bytes | Fax:
    """A decoded TIFF page stored again without loss."""
    untagged = image.copy()  # else Pillow stores the tags of the file too, whatever they are
    if untagged.mode == "1":
        return tiff_fax.coded(untagged)
    out = io.BytesIO()
    if untagged.mode.startswith("I;16"):
        untagged.save(out, "PNG")
    else:
        stored = untagged if untagged.mode in _TAKEN_AS_IS else pixels.plain(untagged)
        stored.save(out, "TIFF")
    return out.getvalue()


def _deep_pixels(path: Path, number: int) -> NDArray[Any]:
    """A page with more than 8 bits a channel, which Pillow would cut down."""
    found, frames = cv2.imreadmulti(str(path), start=number - 1, count=1, flags=cv2.IMREAD_UNCHANGED)
    if not found:
        raise OSError("a TIFF page that cannot be decoded")
    return np.asarray(frames[0])


def _embedded(data: bytes) -> bytes:
    """A PDF of one page with the picture of `data`."""
    try:
        return _convert(data)
    except (img2pdf.AlphaChannelError, img2pdf.ImageOpenError, img2pdf.JpegColorspaceError, ValueError, TypeError):
        return _convert(_plainly(data))


def _convert(data: bytes) -> bytes:
    # the page is made anew around the picture; this one only has to be of a size that img2pdf does not mind
    made = img2pdf.convert(
        data,
        engine=img2pdf.Engine.internal,
        rotation=img2pdf.Rotation.none,
        first_frame_only=True,
        layout_fun=lambda *_: (100.0, 100.0, 100.0, 100.0),
        nodate=True,
    )
    gc.collect(0)  # its pages point at each other: hundreds of pictures would be held until garbage is looked for
    return bytes(made)


def _plainly(data: bytes) -> bytes:
    """The picture as PNG, transparent parts white: for what img2pdf refuses, like transparency at 16 bits."""
    values = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if values is None:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            out = io.BytesIO()
            pixels.plain(image).save(out, "PNG")
            return out.getvalue()
    if values.ndim == 3 and values.shape[2] == 4:
        paper = 65535 if values.dtype == np.uint16 else 255
        alpha = values[..., 3:].astype(np.float64) / paper
        values = np.rint(values[..., :3] * alpha + paper * (1 - alpha)).astype(values.dtype)
    return _png(np.asarray(values))


def _png(values: NDArray[Any]) -> bytes:
    encoded, data = cv2.imencode(".png", values)
    if not encoded:
        raise OSError("a picture that cannot be stored as PNG")
    return data.tobytes()
