"""Pages with truths to measure accuracy on, as pictures."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pdf2image
import pypdfium2 as pdfium
from PIL import Image

from benchmarks import material, names
from benchmarks.degradations import AROUND, DPI, PHOTOGRAPHS, SCANS, Degradation
from pipeline.model import Pixels
from sample_scans import wear

CLEAN = "clean"
"""The group of pages to which nothing was done."""
_SQUARE = r"m2\b"
BORN_DIGITAL = material.REAL.parent / "born-digital"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TestPage:
    """`pixels` as a reader gets them; `group` is what results are gathered by."""

    name: str
    group: str
    pixels: Pixels
    dpi: float
    truth: str


def real(_acts: int | None) -> Iterator[TestPage]:
    """Real scans with truths made by hand; none where ../shared/data is absent."""
    if material.REAL.is_dir():
        yield from _of(material.pages())


def generated(_acts: int | None) -> Iterator[TestPage]:
    """The one-page sample scans."""
    yield from _of(material.samples())


def _of(pages: list[material.Page]) -> Iterator[TestPage]:
    for page in pages:
        yield TestPage(name=page.name, group=page.name, pixels=_pixels(page.picture), dpi=DPI, truth=page.truth)


def _pixels(picture: bytes) -> Pixels:
    with Image.open(io.BytesIO(picture)) as image:
        grey = image.mode in {"1", "L"}
        return np.asarray(image.convert("L" if grey else "RGB"), dtype=np.uint8)


def degraded(acts: int | None) -> Iterator[TestPage]:
    """Each born-digital page rendered at 200 dpi, clean and with three of the degradations, in turn; none where
    ../shared/data is absent."""
    for number in _evenly(range(len(_born_digital())), acts):
        yield _page(number, CLEAN)
        yield from _pages(number, SCANS, (0, 4, 9))


def photographs(acts: int | None) -> Iterator[TestPage]:
    """Two photographs of each born-digital page; none where ../shared/data is absent."""
    for number in _evenly(range(len(_born_digital())), acts):
        yield from _pages(number, PHOTOGRAPHS, (0, 3))


def worn(acts: int | None) -> Iterator[TestPage]:
    """Each born-digital page clean, with every degradation and photographed in every way; none where ../shared/data is
    absent."""
    for number in _evenly(range(len(_born_digital())), acts):
        yield _page(number, CLEAN)
        for among in (SCANS, PHOTOGRAPHS):
            yield from _pages(number, among, range(len(among)))


def spreads(acts: int | None) -> Iterator[TestPage]:
    """Two born-digital pages on one scan: half as many as there are pages."""
    for number in _evenly(range(0, len(_born_digital()) - 1, 2), None if acts is None else acts // 2):
        left, right = _born_digital()[number : number + 2]
        page, _ = wear.side_by_side(rendered(left), _fitted(rendered(right), rendered(left)))
        both = "\n".join(map(truth, (left, right)))
        yield TestPage(name=left.stem, group="two pages", pixels=page, dpi=DPI, truth=both)


def _evenly(numbers: range, most: int | None) -> list[int]:
    """`most` of the numbers, drawn evenly; all where there are no more."""
    count = len(numbers) if most is None else min(most, len(numbers))
    return [numbers[at * len(numbers) // count] for at in range(count)]


def _pages(number: int, among: Mapping[str, Degradation], shifts: Sequence[int]) -> Iterator[TestPage]:
    names = list(among)
    for shift in shifts:
        yield _page(number, names[(number + shift) % len(names)], among)


def _page(number: int, name: str, among: Mapping[str, Degradation] | None = None) -> TestPage:
    path = _born_digital()[number]
    page = rendered(path)
    other = _born_digital()[number - 1]
    pixels = among[name](page, _fitted(rendered(other), page), number) if among is not None else page
    dpi = DPI if name in AROUND else DPI * pixels.shape[1] / page.shape[1]
    return TestPage(name=path.stem, group=name, pixels=pixels, dpi=dpi, truth=truth(path))


def _fitted(page: Pixels, to: Pixels) -> Pixels:
    return np.asarray(cv2.resize(page, (to.shape[1], to.shape[0]), interpolation=cv2.INTER_AREA), dtype=np.uint8)


@cache
def _born_digital() -> tuple[Path, ...]:
    return tuple(sorted(BORN_DIGITAL.glob("*.pdf")))


@cache
def rendered(path: Path) -> Pixels:
    """The first page of a PDF at 200 dpi, RGB, by poppler: PDFium leaves some appearances of signatures out."""
    (image,) = pdf2image.convert_from_path(path, dpi=round(DPI), first_page=1, last_page=1)
    return np.asarray(image.convert("RGB"), dtype=np.uint8)


@cache
def truth(path: Path) -> str:
    """What is printed on the first page of a PDF: its text layer, which looks the same but is spelt otherwise in two
    ways, with Đ for the Icelandic eth, and with m² where the digit behind an m is set as a raised one."""
    text = path.with_suffix(".gt.txt").read_text("utf-8").replace("Ð", "Đ")
    raised = _raised(path)
    if len(re.findall(_SQUARE, text)) != len(raised):
        return text
    following = iter(raised)
    return re.sub(_SQUARE, lambda found: "m²" if next(following) else found[0], text)


def _raised(path: Path) -> list[bool]:
    """Of each m with a 2 behind it on the first page, in the order of the text layer, whether the digit stands on
    the upper half of the letter or above it."""
    document = pdfium.PdfDocument(path)
    text = document[0].get_textpage()
    characters = text.get_text_range()
    if len(characters) != text.count_chars():  # a character beyond the first plane: places are not to be told
        return []
    found = []
    for match in re.finditer(_SQUARE, characters):
        _, low, _, high = text.get_charbox(match.start())
        found.append(text.get_charbox(match.start() + 1)[1] > (low + high) / 2)
    document.close()
    return found


def unforeseen(_acts: int | None) -> Iterator[TestPage]:
    """Names, codes and numbers, each subject in three typefaces: clean, at 120 dpi, with noise."""
    for subject in names.SUBJECTS:
        for seed, name in enumerate((CLEAN, "120 dpi JPEG", "noise")):
            page = names.page(subject, seed, dpi=DPI)
            pixels = page.pixels if name == CLEAN else SCANS[name](page.pixels, page.pixels, seed)
            dpi = DPI * pixels.shape[1] / page.pixels.shape[1]
            yield TestPage(name=f"{subject}, {name}", group=subject, pixels=pixels, dpi=dpi, truth=page.truth)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """`about` says in a sentence or two what the pages are. `pages` makes them one after the other, of so many
    born-digital pages where it is made of these. Of `many` pages a slow reader reads a part. `when_asked`: not in a run
    of all, which it would double."""

    title: str
    about: str
    pages: Callable[[int | None], Iterator[TestPage]]
    many: bool = False
    when_asked: bool = False


KINDS = {
    "real": Kind(
        title="Real scans",
        about="First pages of office documents, their truths made by hand.",
        pages=real,
    ),
    "degraded": Kind(
        title="Born-digital pages, degraded",
        about="Official acts with a text layer as their truth, rendered at 200 dpi, each clean and with three of the\n"
        "degradations of `benchmarks/degradations.py`, in turn.",
        pages=degraded,
        many=True,
    ),
    "photographs": Kind(
        title="Born-digital pages, photographed",
        about="The same acts on a desk of wood, cloth or dark or pale laminate, seen from aside by a pinhole camera,\n"
        "in uneven light, out of focus, with noise, as JPEG (`sample_scans/photograph.py`).",
        pages=photographs,
        many=True,
    ),
    "worn": Kind(
        title="Every born-digital page, degraded and photographed in every way",
        about="The same acts, each with all degradations: what three of them in turn do not show.",
        pages=worn,
        many=True,
        when_asked=True,
    ),
    "spreads": Kind(
        title="Two born-digital pages on one scan",
        about="Side by side, with the shadow of the fold between them.",
        pages=spreads,
    ),
    "generated": Kind(title="Sample scans", about="The one-page scans in `sample_scans/`.", pages=generated),
    "names": Kind(
        title="Names, codes and numbers",
        about="Generated: names of the north-west, names of syllables that no list has, codes, rows of numbers, in\n"
        "three typefaces, clean, at 120 dpi and with noise.",
        pages=unforeseen,
    ),
}
