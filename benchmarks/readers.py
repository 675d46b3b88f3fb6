"""Who reads the pages of the accuracy run: our profiles in this process, the peers as programs."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import img2pdf
from PIL import Image

from benchmarks.contestants import environment
from benchmarks.measure import CommandFailed, run
from benchmarks.pages import TestPage
from ocr_models.profiles import drafting_reader, make_reader, names
from pipeline.geometry import pixels_to_points
from pipeline.model import PageImage


@dataclass(frozen=True, slots=True, kw_only=True)
class PageReader:
    """`read` gives a page's text and the CPU-seconds that it took."""

    name: str
    read: Callable[[TestPage], tuple[str, float]]
    close: Callable[[], None] = lambda: None


def all_readers(wanted: Sequence[str] | None) -> list[PageReader]:
    """Every profile, and the peers that are installed; only those `wanted` where given."""
    makers: dict[str, Callable[[], PageReader]] = {f"sohoa {name}": partial(_profile, name) for name in names()}
    makers["line reader alone"] = _line_reader
    makers["Tesseract"] = lambda: PageReader(name="Tesseract", read=_tesseract)
    if shutil.which("ocrmypdf", path=environment()["PATH"]):
        makers["OCRmyPDF"] = lambda: PageReader(name="OCRmyPDF", read=_ocrmypdf)
    return [make() for name, make in makers.items() if wanted is None or name in wanted]


def _profile(name: str) -> PageReader:
    reader = make_reader(name)

    def read(page: TestPage) -> tuple[str, float]:
        began = time.process_time()
        reading = reader.read(page_image(page))
        return reading.text, time.process_time() - began

    return PageReader(name=f"sohoa {name}", read=read, close=reader.close)


def _line_reader() -> PageReader:
    """What the line reader sees, before anything is weighed: nothing that it reads well alone may get worse."""
    reader = drafting_reader("fast")

    def read(page: TestPage) -> tuple[str, float]:
        began = time.process_time()
        drafts = [draft.text for _, drafted in reader.draft(page_image(page)) for draft in drafted.drafts]
        return "\n".join(drafts), time.process_time() - began

    return PageReader(name="line reader alone", read=read, close=reader.close)


def page_image(page: TestPage) -> PageImage:
    to_points = pixels_to_points(page.pixels.shape[0], page.dpi, page.dpi)
    return PageImage(number=1, pixels=page.pixels, dpi=page.dpi, to_points=to_points)


def _tesseract(page: TestPage) -> tuple[str, float]:
    with tempfile.TemporaryDirectory() as name:
        picture = Path(name) / "page.png"
        Image.fromarray(page.pixels).save(picture, dpi=(page.dpi, page.dpi))
        command = ["tesseract", str(picture), str(Path(name) / "page"), "-l", "vie"]
        cost = run(command, env=environment(), cwd=Path(name), log=Path(name) / "log")
        return (Path(name) / "page.txt").read_text("utf-8"), cost.cpu


def _ocrmypdf(page: TestPage) -> tuple[str, float]:
    """With rotation and deskew, on a PDF of the picture; a page that it refuses counts as not read."""
    with tempfile.TemporaryDirectory() as name:
        picture, scan, made = (Path(name) / file for file in ("page.png", "scan.pdf", "made.pdf"))
        Image.fromarray(page.pixels).save(picture, dpi=(page.dpi, page.dpi))
        scan.write_bytes(img2pdf.convert(str(picture)))
        options = ["-q", "-l", "vie", "--rotate-pages", "--deskew", "--output-type", "pdf"]
        try:
            cost = run(
                ["ocrmypdf", *options, str(scan), str(made)], env=environment(), cwd=Path(name), log=Path(name) / "log"
            )
        except CommandFailed as error:
            print(f"OCRmyPDF, {page.name}: {error}")
            return "", 0.0
        text = subprocess.run(["pdftotext", str(made), "-"], capture_output=True, text=True, check=True)  # noqa: S603, S607
        return text.stdout, cost.cpu
