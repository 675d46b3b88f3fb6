"""What is done to clean pages before they are read, by name. All of it is seeded: the same pages each time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from pipeline.model import Pixels
from sample_scans import degrade, photograph, wear
from sample_scans.drawing import press
from sample_scans.marks import PALE, emblem, watermark
from sample_scans.photograph import DESKS

DPI = 200.0
"""Of the clean pages."""

Degradation = Callable[[Pixels, Pixels, int], Pixels]
"""Takes a page, another page of the same size, and a number that chance goes by."""


def seals(pixels: Pixels, _other: Pixels, _number: int) -> Pixels:
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


def watermarked(pixels: Pixels, _other: Pixels, number: int) -> Pixels:
    """Words or a device behind the print, grey or red."""
    ink = (PALE, (255, 195, 195))[number % 2]
    mark = emblem(ink=ink) if number % 3 == 2 else watermark(("BẢN SAO", "DỰ THẢO")[number % 2], ink=ink)
    return press(pixels, mark, pixels.shape[1] / 2, pixels.shape[0] / 2, DPI)


SCANS: dict[str, Degradation] = {
    "seals over text": seals,
    "noise": lambda page, _, n: degrade.noise(page, n, strength=3.0),
    "shade": lambda page, _, n: degrade.shade(page, n, strength=1.5),
    "120 dpi JPEG": lambda page, *_: degrade.jpeg_120dpi(page, dpi=DPI)[0],
    "fax": lambda page, _, n: degrade.fax(page, n, strength=0.3),
    "third photocopy": lambda page, _, n: degrade.photocopy(
        degrade.photocopy(page, n, strength=0.5), n + 50, strength=0.5
    ),
    "faded": lambda page, _, n: degrade.fade(page, n, strength=0.8),
    "skewed": lambda page, _, n: degrade.skew(page, -6.0 + 12.0 * (n % 7) / 6)[0],
    "bleed-through": lambda page, other, _: wear.bleed_through(page, other, strength=0.7),
    "black borders": lambda page, _, n: wear.black_borders(page, n, strength=0.8)[0],
    "holes, staple": lambda page, _, n: wear.holes_and_staple(page, n),
    "ruled": lambda page, *_: wear.ruled(page, strength=0.7),
    "guilloche": lambda page, *_: degrade.guilloche(page, strength=0.7),
    "watermark": watermarked,
}

AROUND = frozenset({"black borders"})
"""What lays something around a page and leaves it as large as it was."""


def photo(  # noqa: PLR0913  what there is to say about a photograph
    page: Pixels,
    _other: Pixels,
    number: int,
    *,
    strength: float = 0.6,
    curl: float = 0.0,
    margin: float = 0.06,
    long_side: int = 2400,
    hand: float = 0.0,
    focus: float = 1.0,
    shake: float = 0.0,
) -> Pixels:
    """A telephone's JPEG, from another side and on another desk for each number."""
    view = photograph.some_view(number, strength=strength, curl=curl, margin=margin, long_side=long_side)
    light = photograph.Light(gradient=0.35, hand=hand)
    taken, _ = photograph.photograph(page, number, view, desk=DESKS[number % len(DESKS)], light=light)
    taken = photograph.out_of_focus(taken, focus)
    if shake:
        taken = photograph.shaken(taken, shake, 37.0 * number)
    return degrade.jpeg(degrade.noise(taken, number, strength=0.5), 70)


PHOTOGRAPHS: dict[str, Degradation] = {
    "on a desk": photo,
    "from far aside": partial(photo, strength=1.0),
    "shadow of a hand": partial(photo, hand=0.5),
    "edges outside": partial(photo, margin=-0.03),
    "page of a book": partial(photo, strength=0.3, curl=22.0),
    "small (960 x 1280)": partial(photo, long_side=1280, focus=0.6),
    "blurred": partial(photo, focus=2.2, shake=4.0),
}
