"""Small scans that the opening tests make themselves."""

from __future__ import annotations

import io
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pikepdf
from numpy.typing import NDArray
from PIL import Image, ImageDraw

MARK = (20, 30, 60, 50)
"""The pixels (x0, y0, x1, y1) of the black mark in `sheet`."""


def sheet(width: int = 160, height: int = 220, *, colour: bool = False) -> Image.Image:
    """White paper with one black mark near its upper left and a grey (or red) one near its lower right."""
    image = Image.new("RGB" if colour else "L", (width, height), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((MARK[0], MARK[1], MARK[2] - 1, MARK[3] - 1), fill="black")
    draw.rectangle((width - 50, height - 40, width - 20, height - 30), fill="red" if colour else 160)
    return image


def black_box(pixels: NDArray[np.uint8]) -> tuple[int, int, int, int]:
    """The bounds of what is nearly black."""
    grey = pixels if pixels.ndim == 2 else pixels.max(axis=2)
    ys, xs = np.nonzero(grey < 80)
    return int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def image_stream(pdf: pikepdf.Pdf, data: bytes, width: int, height: int, **entries: object) -> pikepdf.Stream:
    stream = pikepdf.Stream(pdf, data)
    stream.Type, stream.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    stream.Width, stream.Height = width, height
    for name, value in entries.items():
        stream[f"/{name}"] = value
    return stream


def flate(pdf: pikepdf.Pdf, image: Image.Image, **entries: object) -> pikepdf.Stream:
    space = {"L": "/DeviceGray", "RGB": "/DeviceRGB", "CMYK": "/DeviceCMYK", "1": "/DeviceGray"}[image.mode]
    given: dict[str, object] = {
        "ColorSpace": pikepdf.Name(space),
        "BitsPerComponent": 1 if image.mode == "1" else 8,
        "Filter": pikepdf.Name.FlateDecode,
    }
    return image_stream(pdf, zlib.compress(image.tobytes()), image.width, image.height, **(given | entries))


def page_of(
    pdf: pikepdf.Pdf,
    content: str,
    *,
    size: tuple[float, float] = (160, 220),
    xobjects: Mapping[str, pikepdf.Object] | None = None,
    **entries: object,
) -> pikepdf.Page:
    """Adds a page that draws `content`; font F1 is Helvetica."""
    pdf.add_blank_page(page_size=size)
    page = pdf.pages[-1]
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.Type1,
        BaseFont=pikepdf.Name.Helvetica,
        Encoding=pikepdf.Name.WinAnsiEncoding,
    )
    page.obj.Resources = pikepdf.Dictionary(
        XObject=pikepdf.Dictionary({f"/{name}": thing for name, thing in (xobjects or {}).items()}),
        Font=pikepdf.Dictionary(F1=font),
    )
    page.obj.Contents = pdf.make_stream(content.encode())
    for name, value in entries.items():
        page.obj[f"/{name}"] = value
    return page


def scanned_pdf(path: Path, *, pages: int = 1, text: str = "") -> Path:
    """Pages of one full-page grey picture, with an invisible text layer where `text` is given."""
    with pikepdf.new() as pdf:
        picture = flate(pdf, sheet())
        hidden = f"BT 3 Tr /F1 8 Tf 20 150 Td ({text}) Tj ET" if text else ""
        for _ in range(pages):
            page_of(pdf, f"q 160 0 0 220 0 0 cm /Im Do Q {hidden}", xobjects={"Im": picture})
        pdf.save(path)
    return path


def typed_page(lines: list[str], *, left: float = 72, top: float = 780, leading: float = 16) -> str:
    """Content that sets lines in Helvetica 11."""
    shown = "\n".join(f"({line}) Tj 0 -{leading} Td" for line in lines)
    return f"BT /F1 11 Tf {left} {top} Td\n{shown}\nET"
