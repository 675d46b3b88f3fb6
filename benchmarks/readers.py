"""Who reads the pages of the accuracy run: our profiles in this process, the peers as programs."""

from __future__ import annotations

import hashlib
import importlib.metadata
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import img2pdf
import trueocr
from PIL import Image

from benchmarks.contestants import environment
from benchmarks.measure import CommandFailed, run
from benchmarks.pages import TestPage
from ocr_models.profiles import drafting_reader, make_reader, names
from pipeline.geometry import pixels_to_points
from pipeline.model import PageImage, PageReading, ReaderIdentity


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A page's text, the CPU-seconds that it took, and the whole reading where the reader gives one."""

    text: str
    seconds: float
    reading: PageReading | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageReader:
    """`identity` is another one as soon as another text may be read. Of many documents only every so many are read by
    one that takes long."""

    name: str
    identity: str
    read: Callable[[TestPage], Read]
    close: Callable[[], None] = lambda: None
    every: int = 1


def all_readers(wanted: Sequence[str] | None) -> list[PageReader]:
    """Every profile, and the peers that are installed; only those `wanted` where given."""
    makers: dict[str, Callable[[], PageReader]] = {f"sohoa {name}": partial(_profile, name) for name in names()}
    makers["line reader alone"] = _line_reader
    makers["Tesseract"] = _tesseract
    makers["trueocr"] = _trueocr
    if shutil.which("ocrmypdf", path=environment()["PATH"]):
        makers["OCRmyPDF"] = _ocrmypdf
    return [make() for name, make in makers.items() if wanted is None or name in wanted]


def _profile(name: str) -> PageReader:
    reader = make_reader(name)

    def read(page: TestPage) -> Read:
        began = time.process_time()
        reading = reader.read(page_image(page))
        return Read(text=reading.text, seconds=time.process_time() - began, reading=reading)

    return PageReader(name=f"sohoa {name}", identity=_identity(reader.identity), read=read, close=reader.close)


def _identity(reader: ReaderIdentity) -> str:
    return hashlib.sha256(repr(reader).encode()).hexdigest()


def _line_reader() -> PageReader:
    """What the line reader sees, before anything is weighed: nothing that it reads well alone may get worse."""
    reader = drafting_reader("fast")

    def read(page: TestPage) -> Read:
        began = time.process_time()
        drafts = [draft.text for _, drafted in reader.draft(page_image(page)) for draft in drafted.drafts]
        return Read(text="\n".join(drafts), seconds=time.process_time() - began)

    return PageReader(name="line reader alone", identity=_identity(reader.identity), read=read, close=reader.close)


def _trueocr() -> PageReader:
    """The package as it comes, on one thread."""
    model = trueocr.load_model(threads=1)

    def read(page: TestPage) -> Read:
        picture = Image.fromarray(page.pixels)
        began = time.process_time()
        text = model.predict(picture).text
        return Read(text=text, seconds=time.process_time() - began)

    return PageReader(name="trueocr", identity=importlib.metadata.version("trueocr"), read=read)


def page_image(page: TestPage) -> PageImage:
    to_points = pixels_to_points(page.pixels.shape[0], page.dpi, page.dpi)
    return PageImage(number=1, pixels=page.pixels, dpi=page.dpi, to_points=to_points)


def _version(program: str) -> str:
    """The first line of what a program says of itself."""
    done = subprocess.run(  # noqa: S603
        [program, "--version"], env=environment(), capture_output=True, text=True, check=True
    )
    return done.stdout.partition("\n")[0]


def _tesseract() -> PageReader:
    return PageReader(name="Tesseract", identity=_version("tesseract"), read=_by_tesseract)


def _by_tesseract(page: TestPage) -> Read:
    with tempfile.TemporaryDirectory() as name:
        picture = Path(name) / "page.png"
        Image.fromarray(page.pixels).save(picture, dpi=(page.dpi, page.dpi))
        command = ["tesseract", str(picture), str(Path(name) / "page"), "-l", "vie"]
        cost = run(command, env=environment(), cwd=Path(name), log=Path(name) / "log")
        return Read(text=(Path(name) / "page.txt").read_text("utf-8"), seconds=cost.cpu)


def _ocrmypdf() -> PageReader:
    return PageReader(name="OCRmyPDF", identity=_version("ocrmypdf"), read=_by_ocrmypdf, every=4)


def _by_ocrmypdf(page: TestPage) -> Read:
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
            return Read(text="", seconds=0.0)
        text = subprocess.run(["pdftotext", str(made), "-"], capture_output=True, text=True, check=True)  # noqa: S603, S607
        return Read(text=text.stdout, seconds=cost.cpu)
