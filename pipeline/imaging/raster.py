"""TIFF, JPEG and PNG: how many pages, whether complete, and the picture of a page.

Runs in the child process. The page that a picture becomes is the upright picture (its EXIF orientation applied) at
its resolution, so `to_points` is that of `pixels_to_points`.
"""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import BinaryIO

from PIL import ExifTags, Image, ImageFile, ImageOps, JpegImagePlugin, PngImagePlugin, TiffImagePlugin

from pipeline.errors import BrokenScan, NoPages, TooLarge, TooManyPages
from pipeline.geometry import POINTS_PER_INCH, Affine, pixels_to_points
from pipeline.imaging import jpeg, pixels
from pipeline.imaging.limits import Limits
from pipeline.imaging.picture_dpi import picture_dpi
from pipeline.imaging.sniff import JPEG_END
from pipeline.model import MediaType, PageImage, Pixels, ScanPage

FORMATS = {MediaType.TIFF: "TIFF", MediaType.JPEG: "JPEG", MediaType.PNG: "PNG"}
_SIDEWAYS = range(5, 9)
"""EXIF orientations that swap width and height."""
_STRIP_OFFSETS, _STRIP_BYTES, _TILE_OFFSETS, _TILE_BYTES = 273, 279, 324, 325
_JPEG_TAIL = 65536

Image.MAX_IMAGE_PIXELS = None  # Limits.max_page_megapixels is checked before anything is decoded
PngImagePlugin.MAX_TEXT_CHUNK = 1 << 20
_BROKEN = (OSError, SyntaxError, ValueError, KeyError, IndexError, TypeError, EOFError, OverflowError, zlib.error)
"""What Pillow raises on damaged files, beside its own UnidentifiedImageError, which is an OSError."""


class PictureFile:
    """An opened TIFF, JPEG or PNG. Raises BrokenScan, TooManyPages, TooLarge."""

    def __init__(self, path: Path, kind: MediaType, limits: Limits) -> None:
        self._limits = limits
        self._kind = kind
        self._file = path.open("rb")
        self._given = 0
        try:
            self._image = _open(self._file, kind)
            self.pages = self._count()
        except _BROKEN as error:
            raise BrokenScan(f"{FORMATS[kind]}: {type(error).__name__}.") from None

    def _count(self) -> int:
        if self._kind is not MediaType.TIFF:
            return 1
        count = int(getattr(self._image, "n_frames", 1))
        if count > self._limits.max_pages:
            raise TooManyPages(f"{count} pages, at most {self._limits.max_pages}.")
        if count < 1:
            raise NoPages
        return count

    def check(self) -> None:
        """Looks at every page without decoding it. Raises BrokenScan where bytes are missing, TooLarge."""
        try:
            for number in range(1, self.pages + 1):
                self._seek(number)
                if self._kind is MediaType.TIFF:
                    _check_tiff_frame(self._image, self._size())
            if self._kind is MediaType.JPEG:
                _check_jpeg(self._file)
            elif self._kind is MediaType.PNG:
                _check_png(self._file)
        except _BROKEN as error:
            raise BrokenScan(f"{FORMATS[self._kind]}: {type(error).__name__}.") from None

    def is_active(self) -> bool:
        """Pictures hold no scripts."""
        return False

    def page(self, number: int, dpi: float = pixels.READABLE_DPI) -> ScanPage:
        """The page as pixels, not reduced below `dpi`. Raises BrokenScan, TooLarge."""
        try:
            if number == self._given:  # Pillow set its picture upright, which cannot be done again
                self._image = _open(self._file, self._kind)
            self._given = number
            self._seek(number)
            return self._read(number, dpi)
        except _BROKEN as error:
            raise BrokenScan(f"{FORMATS[self._kind]}, page {number}: {type(error).__name__}.") from None

    def _seek(self, number: int) -> None:
        if self._kind is MediaType.TIFF:
            self._image.seek(number - 1)
        width, height = self._image.size
        if width * height > self._limits.max_page_pixels:
            raise TooLarge(f"Page {number}: {width} x {height} pixels, at most {self._limits.max_page_megapixels} MP.")
        if not width or not height:
            raise ValueError("a picture without pixels")

    def _size(self) -> int:
        self._file.seek(0, 2)
        return self._file.tell()

    def _read(self, number: int, enough: float) -> ScanPage:
        if self._kind is not MediaType.TIFF and number > 1:
            raise EOFError
        image = self._image
        if self._kind is not MediaType.TIFF:  # loading closes a picture of one page for a second reading
            image = _open(self._file, self._kind)
        tag_x, tag_y = _tagged_dpi(image)
        width, height = image.size
        orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
        if orientation in _SIDEWAYS:
            tag_x, tag_y = tag_y, tag_x
            if self._kind is not MediaType.TIFF:  # Pillow gives the upright size of a TIFF, the stored one of others
                width, height = height, width
        dpi_x, dpi_y = picture_dpi(width, height, tag_x, tag_y)

        factor = pixels.shrink_factor(width, height, max(dpi_x, dpi_y), enough)
        upright = _upright(image, self._file, orientation, factor)
        rows, columns = upright.shape[:2]
        # the reduced size is rounded up: what counts is how many pixels the page's side has now
        now_x, now_y = dpi_x * columns / width, dpi_y * rows / height
        square, dpi = pixels.squared(upright, now_x, now_y)
        points_x, points_y = width / dpi_x * POINTS_PER_INCH, height / dpi_y * POINTS_PER_INCH
        return ScanPage(
            number=number,
            width=points_x,
            height=points_y,
            image=PageImage(
                number=number,
                pixels=pixels.without_colour(square),
                dpi=dpi,
                to_points=_spread(square.shape[1], square.shape[0], points_x, points_y),
                reduced=max(dpi_x, dpi_y) / dpi,
            ),
        )


def _open(file: BinaryIO, kind: MediaType) -> ImageFile.ImageFile:
    file.seek(0)
    # Image.open knows forty formats; a file is opened as what it claims to be and as nothing else
    if kind is MediaType.TIFF:
        return TiffImagePlugin.TiffImageFile(file)
    return JpegImagePlugin.JpegImageFile(file) if kind is MediaType.JPEG else PngImagePlugin.PngImageFile(file)


def _upright(image: ImageFile.ImageFile, file: BinaryIO, orientation: int, factor: int) -> Pixels:
    """The pixels, reduced by `factor` and turned as EXIF says."""
    if isinstance(image, JpegImagePlugin.JpegImageFile) and orientation == 1:
        file.seek(0)
        if (found := jpeg.decoded(file.read(), image.mode, factor)) is not None:
            return found
    full = image.size
    if factor > 1 and isinstance(image, JpegImagePlugin.JpegImageFile):
        image.draft(None, (full[0] // factor, full[1] // factor))
    rest = max(1, factor * image.width // full[0])  # what draft mode has left to do
    image.load()
    ImageOps.exif_transpose(image, in_place=True)  # else what is upright would be copied
    return pixels.array(image, rest)


def _tagged_dpi(image: Image.Image) -> tuple[float, float]:
    """What the file says of its resolution, 0 where it says nothing that can be read."""
    try:
        x, y = image.info.get("dpi", (0.0, 0.0))
        return float(x), float(y)
    except (TypeError, ValueError, ZeroDivisionError):
        return 0.0, 0.0


def _spread(width: int, height: int, points_x: float, points_y: float) -> Affine:
    return pixels_to_points(height, POINTS_PER_INCH * width / points_x, POINTS_PER_INCH * height / points_y)


def _check_tiff_frame(image: Image.Image, size: int) -> None:
    """Every strip or tile has to lie inside the file."""
    tags = getattr(image, "tag_v2", {})
    offsets = tags.get(_STRIP_OFFSETS) or tags.get(_TILE_OFFSETS) or ()
    counts = tags.get(_STRIP_BYTES) or tags.get(_TILE_BYTES) or ()
    if not offsets:
        raise ValueError("a TIFF page without strips")
    if any(offset >= size for offset in offsets):
        raise BrokenScan("TIFF: a strip begins after the end of the file.")
    if any(offset + count > size for offset, count in zip(offsets, counts, strict=False)):
        raise BrokenScan("TIFF: a strip ends after the end of the file.")


def _check_jpeg(file: BinaryIO) -> None:
    """A complete JPEG holds an end-of-image marker, near the end of the file but for what a program appended."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _JPEG_TAIL))
    if JPEG_END not in file.read():
        _open(file, MediaType.JPEG).load()


def _check_png(file: BinaryIO) -> None:
    """The checksum of every chunk, up to the last one."""
    file.seek(0)
    image = _open(file, MediaType.PNG)
    image.verify()
