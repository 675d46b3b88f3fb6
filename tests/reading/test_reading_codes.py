"""A code on a page is a region of it, wherever the page lay, and gives no words."""

from __future__ import annotations

import pytest

from pipeline.geometry import Affine, Box, bounding, pixels_to_points
from pipeline.imaging.orientation import turned_back
from pipeline.model import Code, Line, PageImage, PageReading, RegionKind, TextSource, Word
from pipeline.reading.codes import with_codes
from sample_scans.pages import draw_lines

WIDTH, HEIGHT = 800, 1100


def image() -> PageImage:
    pixels = draw_lines(["x"], dpi=50).pixels
    return PageImage(number=1, pixels=pixels, dpi=100, to_points=pixels_to_points(HEIGHT, 100, 100))


def reading(turn: int, *lines: Line, source: TextSource = TextSource.OCR) -> PageReading:
    to_page = turned_back(WIDTH, HEIGHT, turn)
    width, height = (HEIGHT, WIDTH) if turn % 2 else (WIDTH, HEIGHT)
    return PageReading(
        number=1,
        width=width,
        height=height,
        to_points=to_page.then(image().to_points),
        lines=lines,
        source=source,
        turn=turn,
    )


def line(*words: tuple[str, Box]) -> Line:
    return Line(words=tuple(Word(text=text, box=box) for text, box in words), box=bounding([box for _, box in words]))


def code(box: Box) -> Code:
    return Code(page=1, format="QRCode", text="H18", box=box)


@pytest.mark.parametrize("turn", range(4))
def test_a_code_lies_on_the_upright_page(turn: int) -> None:
    found = with_codes(reading(turn), [code(Box(50, 60, 150, 160))], image())
    back = turned_back(WIDTH, HEIGHT, turn)
    (region,) = found.regions
    assert region.kind is RegionKind.CODE
    box = back.box(region.box)
    assert (box.x0, box.y0, box.x1, box.y1) == pytest.approx((50, 60, 150, 160))


def test_words_seen_in_its_modules_are_left_out_and_those_beside_stay() -> None:
    mixed = line(("l:i", Box(60, 70, 90, 90)), ("Mã", Box(200, 70, 240, 90)))
    junk = line(("▪i", Box(60, 100, 90, 120)))
    found = with_codes(reading(0, mixed, junk), [code(Box(50, 60, 150, 160))], image())
    assert [kept.text for kept in found.lines] == ["Mã"]
    assert found.lines[0].box == Box(200, 70, 240, 90)


def test_a_page_with_nothing_but_a_code_has_no_text() -> None:
    found = with_codes(reading(0, line(("x", Box(60, 70, 90, 90)))), [code(Box(50, 60, 150, 160))], image())
    assert (found.lines, found.source) == ((), TextSource.NONE)
    assert [region.kind for region in found.regions] == [RegionKind.CODE]


def test_the_words_of_a_text_layer_are_not_seen_but_known() -> None:
    layer = reading(0, line(("H18", Box(60, 70, 90, 90))), source=TextSource.LAYER)
    assert with_codes(layer, [code(Box(50, 60, 150, 160))], image()).text == "H18"


def test_a_page_without_codes_is_as_it_was() -> None:
    page = reading(0, line(("x", Box(60, 70, 90, 90))))
    assert with_codes(page, [], image()) is page


def test_affine_maps_of_skewed_pages_hold_the_whole_code() -> None:
    skewed = PageReading(
        number=1,
        width=WIDTH,
        height=HEIGHT,
        to_points=Affine(0.7, -0.1, -0.1, -0.7, 10, 790),
        lines=(),
        source=TextSource.NONE,
    )
    (region,) = with_codes(skewed, [code(Box(50, 60, 150, 160))], image()).regions
    for x, y in ((50, 60), (150, 160), (50, 160), (150, 60)):
        u, v = skewed.to_points.inverse().apply(*image().to_points.apply(float(x), float(y)))
        assert region.box.x0 - 1e-6 <= u <= region.box.x1 + 1e-6
        assert region.box.y0 - 1e-6 <= v <= region.box.y1 + 1e-6
