"""Originals, readings and what a user sees of the result, for the tests of the searchable PDF."""

from __future__ import annotations

import html
import io
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pikepdf
from numpy.typing import NDArray
from pikepdf import Array, Dictionary, Name, Pdf, Stream
from PIL import Image, ImageDraw

from pipeline.geometry import Affine, Box, pixels_to_points
from pipeline.model import Line, LineKind, MediaType, PageRange, PageReading, TextSource, Word
from pipeline.output import searchable_pdf

WIDTH, HEIGHT, DPI = 1240, 1754, 150.0
"""A4 at 150 dpi."""
LINES = (
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Độc lập - Tự do - Hạnh phúc",
    "Kính gửi: Ủy ban nhân dân xã Thanh Nưa, huyện Điện Biên",
    "Tôi đề nghị được cấp giấy phép xây dựng nhà ở riêng lẻ",
)


def reading_of(
    to_points: Affine,
    texts: Sequence[str] = LINES,
    *,
    number: int = 1,
    size: tuple[int, int] = (WIDTH, HEIGHT),
    kind: LineKind = LineKind.BODY,
    source: TextSource = TextSource.OCR,
    confidence: float = 0.9,
) -> PageReading:
    """Lines of 11 points at 150 dpi, each word in a box as high as its letters reach."""
    lines = []
    for row, text in enumerate(texts):
        x, base, words = 150.0, 300.0 + 60 * row, []
        for word in text.split():
            width = 13.0 * len(word)
            top = base - (24 if word[0].isupper() or any(char in "đlkhbtấốềồửừữ" for char in word) else 16)
            foot = base + (7 if any(char in "gpqyộạịợậẹ" for char in word) else 0)
            words.append(Word(text=word, box=Box(x, top, x + width, foot), confidence=confidence))
            x += width + 9
        box = Box(words[0].box.x0, base - 26, x - 9, base + 7)
        lines.append(Line(words=tuple(words), box=box, kind=kind))
    return PageReading(
        number=number, width=size[0], height=size[1], to_points=to_points, lines=tuple(lines), source=source
    )


def upright() -> Affine:
    return pixels_to_points(HEIGHT, DPI, DPI)


def picture(size: tuple[int, int] = (WIDTH, HEIGHT), mode: str = "RGB") -> Image.Image:
    """A page that is different in every corner."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, size[0] // 3, size[1] // 5), fill=(200, 30, 40))
    draw.line((0, size[1], size[0], size[1] // 2), fill=(10, 60, 200), width=9)
    draw.ellipse((size[0] // 2, size[1] // 2, size[0] - 20, size[1] - 40), outline=(0, 0, 0), width=5)
    return image.convert(mode)


def jpeg(image: Image.Image, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", dpi=(DPI, DPI), **options)
    return out.getvalue()


def scan_pdf(
    path: Path, pages: int = 1, *, data: bytes | None = None, rotate: int = 0, crop: Sequence[float] | None = None
) -> Path:
    """A PDF whose pages are one JPEG each, as scanners write them."""
    data = data or jpeg(picture())
    with Pdf.new() as pdf:
        for _ in range(pages):
            image = Stream(pdf, data, Type=Name.XObject, Subtype=Name.Image, Filter=Name.DCTDecode)
            image.Width, image.Height, image.BitsPerComponent, image.ColorSpace = WIDTH, HEIGHT, 8, Name.DeviceRGB
            width, height = WIDTH * 72 / DPI, HEIGHT * 72 / DPI
            pdf.add_blank_page(page_size=(width, height))
            page = pdf.pages[-1].obj
            page.Resources = Dictionary(XObject=Dictionary(Im0=pdf.make_indirect(image)))
            page.Contents = pdf.make_stream(f"{width} 0 0 {height} 0 0 cm /Im0 Do".encode())
            page.Rotate = rotate
            if crop:
                page.CropBox = Array(list(crop))
        pdf.save(path)
    return path


def make(path: Path, readings: Sequence[PageReading], out: Path, media_type: MediaType = MediaType.PDF) -> Path:
    """The searchable copy of all pages of one original."""
    source = searchable_pdf.Source(
        path=path, media_type=media_type, pages=PageRange(sha256="0" * 64, first=1, last=len(readings))
    )
    searchable_pdf.write([source], layers(readings), out, title="tài liệu")
    return out


def layers(readings: Sequence[PageReading]) -> searchable_pdf.Layers:
    """The text of these pages as it is laid into their copy."""
    made = searchable_pdf.Layers()
    for reading in readings:
        made.add(reading)
    return made


def text_of(path: Path, *options: str) -> str:
    return _run("pdftotext", *options, str(path), "-").decode()


def words_seen(path: Path, page: int = 1) -> list[Word]:
    """The words with their boxes in points on the page as it is shown, y downwards from its top."""
    found = re.findall(
        r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*?)</word>',
        text_of(path, "-bbox", "-cropbox", "-f", str(page), "-l", str(page)),
    )
    return [Word(text=html.unescape(item[4]), box=Box(*map(float, item[:4]))) for item in found]


def shown_by(path: Path, page: int = 1) -> Affine:
    """Maps user space to the page as it is shown, by its crop box and /Rotate (ISO 32000-1, table 30)."""
    with pikepdf.open(path) as pdf:
        x0, y0, x1, y1 = (float(value) for value in pdf.pages[page - 1].cropbox)
        turns = int(pdf.pages[page - 1].obj.get("/Rotate", 0)) // 90 % 4
    return (
        Affine(1, 0, 0, -1, -x0, y1),
        Affine(0, 1, 1, 0, -y0, -x0),
        Affine(-1, 0, 0, 1, x1, -y0),
        Affine(0, -1, -1, 0, y1, x1),
    )[turns]


def rendered(path: Path, folder: Path, dpi: int = 60) -> list[NDArray[np.uint8]]:
    folder.mkdir()
    _run("pdftoppm", "-r", str(dpi), "-cropbox", "-png", str(path), str(folder / "page"))
    return [np.asarray(Image.open(page).convert("RGB")) for page in sorted(folder.iterdir())]


def _run(*command: str) -> bytes:
    return subprocess.run(command, check=True, capture_output=True, timeout=120).stdout
