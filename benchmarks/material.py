"""The pages that everybody reads: real scans where ../shared/data is present, the sample scans otherwise."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import img2pdf
import pikepdf
from PIL import Image, ImageSequence

ROOT = Path(__file__).parent.parent
REAL = ROOT.parent / "shared" / "data" / "real-scans"
SAMPLES = ROOT / "sample_scans"
_A4_LONG_POINTS = 841.89
_ONE_STRIP = 1 << 30
"""Bytes; no page has more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page as a compressed picture, and what is printed on it."""

    name: str
    picture: bytes
    truth: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Files to read in one go, and their truths: `truth` is that of all pages together."""

    name: str
    files: tuple[Path, ...]
    pages: int
    truth: str


def pages() -> list[Page]:
    """The real scans, or where they are absent the sample scans."""
    return _with_truth(REAL, REAL, first_pages=True) if REAL.is_dir() else samples()


def samples() -> list[Page]:
    """The sample scans of one page with a picture."""
    return _with_truth(SAMPLES / "scans", SAMPLES / "truth")


def _with_truth(folder: Path, truths: Path, *, first_pages: bool = False) -> list[Page]:
    """`first_pages`: the truths are those of first pages; otherwise files of several pages are left out."""
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.suffix in {".pdf", ".jpg", ".tif", ".png"}):
        truth = truths / f"{path.stem}.gt.txt"
        pictures = list(_pictures(path))
        if truth.is_file() and (len(pictures) == 1 or (first_pages and pictures)):
            found.append(Page(name=path.stem, picture=pictures[0], truth=truth.read_text("utf-8")))
    return found


def _pictures(path: Path) -> Iterator[bytes]:
    """The embedded pictures of a PDF, or the frames of a picture file, as PNG or JPEG."""
    if path.suffix == ".pdf":
        with pikepdf.open(path) as pdf:
            for page in pdf.pages:
                for picture in page.get_images().values():
                    assert isinstance(picture, pikepdf.Stream)
                    stream = io.BytesIO()
                    pikepdf.PdfImage(picture).extract_to(stream=stream)
                    yield stream.getvalue()
    elif path.suffix == ".jpg":
        yield path.read_bytes()
    else:
        with Image.open(path) as image:
            for frame in ImageSequence.Iterator(image):
                stream = io.BytesIO()
                frame.save(stream, "PNG")
                yield stream.getvalue()


def scanned_pdf(folder: Path, count: int) -> Material:
    """A PDF of `count` pages, the pages in turn."""
    chosen = list(itertools.islice(itertools.cycle(pages()), count))
    path = folder / f"{count}-pages.pdf"
    with path.open("wb") as file:
        img2pdf.convert([page.picture for page in chosen], outputstream=file, layout_fun=_on_a4)
    truth = "\n".join(page.truth for page in chosen)
    return Material(name=f"{count}-page PDF", files=(path,), pages=count, truth=truth)


def _on_a4(width: int, height: int, _dpi: object) -> tuple[float, float, float, float]:
    """Page and picture in points, the longer side that of A4: half of the pictures know no resolution, and img2pdf
    would make drawings of them."""
    scale = _A4_LONG_POINTS / max(width, height)
    return (width * scale, height * scale, width * scale, height * scale)


def jpegs(folder: Path, count: int) -> Material:
    """`count` JPEG files of a page each, no two alike: a scan that came before is not read again."""
    chosen = list(itertools.islice(itertools.cycle(pages()), count))
    files = []
    for number, page in enumerate(chosen):
        path = folder / f"page-{number:03}.jpg"
        Image.open(io.BytesIO(page.picture)).convert("RGB").save(
            path, quality=85, dpi=(200, 200), comment=f"page {number}"
        )
        files.append(path)
    truth = "\n".join(page.truth for page in chosen)
    return Material(name=f"{count} JPEGs", files=tuple(files), pages=count, truth=truth)


def bilevel_tiffs(folder: Path, count: int) -> Material:
    """`count` one-bit G4 TIFF files at 200 dpi in one strip each, as office scanners make them, no two alike."""
    chosen = list(itertools.islice(itertools.cycle(pages()), count))
    files = []
    for number, page in enumerate(chosen):
        picture = Image.open(io.BytesIO(page.picture)).convert("L")
        width = 1654  # A4 at 200 dpi
        picture = picture.resize((width, round(picture.height * width / picture.width)), Image.Resampling.LANCZOS)
        path = folder / f"page-{number:03}.tif"
        picture.point(lambda value: 255 if value > 150 else 0).convert("1").save(
            path, compression="group4", dpi=(200, 200), description=f"page {number}", strip_size=_ONE_STRIP
        )
        files.append(path)
    truth = "\n".join(page.truth for page in chosen)
    return Material(name=f"{count} 1-bit TIFFs", files=tuple(files), pages=count, truth=truth)
