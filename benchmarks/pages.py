"""Pages with truths to measure accuracy on, as pictures."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pypdfium2
from PIL import Image

from benchmarks import material
from pipeline.model import Pixels
from sample_scans import degrade

BORN_DIGITAL = material.REAL.parent / "born-digital"
DPI = 200.0


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TestPage:
    """`pixels` as a reader gets them; `group` is what results are gathered by."""

    name: str
    group: str
    pixels: Pixels
    dpi: float
    truth: str


def real() -> list[TestPage]:
    """Real scans with truths made by hand; none where ../shared/data is absent."""
    return _of(material.pages()) if material.REAL.is_dir() else []


def generated() -> list[TestPage]:
    """The one-page sample scans."""
    return _of(material.samples())


def _of(pages: list[material.Page]) -> list[TestPage]:
    return [
        TestPage(name=page.name, group=page.name, pixels=_pixels(page.picture), dpi=DPI, truth=page.truth)
        for page in pages
    ]


def _pixels(picture: bytes) -> Pixels:
    with Image.open(io.BytesIO(picture)) as image:
        grey = image.mode in {"1", "L"}
        return np.asarray(image.convert("L" if grey else "RGB"), dtype=np.uint8)


def _seals(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    for number, (x, y) in enumerate([(0.3, 0.3), (0.6, 0.5), (0.4, 0.75)]):
        pixels = degrade.seal_over_text(
            pixels,
            number,
            x * width,
            y * height,
            dpi=DPI,
            ring="ỦY BAN NHÂN DÂN XÃ MƯỜNG THEN",
            middle="★",
            strength=1.0,
        )
    return pixels


DEGRADATIONS: dict[str, Callable[[Pixels], Pixels]] = {
    "clean": lambda pixels: pixels,
    "seals over text": _seals,
    "noise": lambda pixels: degrade.noise(pixels, 1, strength=3.0),
    "shade": lambda pixels: degrade.shade(pixels, 1, strength=1.5),
    "120 dpi JPEG": lambda pixels: degrade.jpeg_120dpi(pixels, dpi=DPI)[0],
    "fax": lambda pixels: degrade.fax(pixels, 1, strength=0.3),
    "third photocopy": lambda pixels: degrade.photocopy(degrade.photocopy(pixels, 1, strength=0.5), 2, strength=0.5),
    "faded": lambda pixels: degrade.fade(pixels, 1, strength=0.8),
    "skewed": lambda pixels: degrade.skew(pixels, 3.0)[0],
}


def degraded() -> list[TestPage]:
    """Each born-digital page rendered at 200 dpi, clean and with one of the degradations, in turn; none where
    ../shared/data is absent."""
    found = []
    names = [name for name in DEGRADATIONS if name != "clean"]
    for number, path in enumerate(sorted(BORN_DIGITAL.glob("*.pdf"))):
        truth = path.with_suffix(".gt.txt").read_text("utf-8")
        page = rendered(path)
        for name in ("clean", names[number % len(names)], names[(number + 3) % len(names)]):
            pixels = DEGRADATIONS[name](page)
            dpi = DPI * pixels.shape[1] / page.shape[1]
            found.append(TestPage(name=path.stem, group=name, pixels=pixels, dpi=dpi, truth=truth))
    return found


def rendered(path: Path) -> Pixels:
    """The first page of a PDF at 200 dpi, RGB."""
    with pypdfium2.PdfDocument(path) as document:
        image = document[0].render(scale=DPI / 72).to_pil().convert("RGB")
    return np.asarray(image, dtype=np.uint8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    title: str
    pages: Callable[[], list[TestPage]]


KINDS = {
    "real": Kind(title="Real scans", pages=real),
    "degraded": Kind(title="Born-digital pages, degraded", pages=degraded),
    "generated": Kind(title="Sample scans", pages=generated),
}
