"""Drawn pages and what is done to them: words stay where their boxes say."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from pipeline.model import Pixels
from sample_scans import people
from sample_scans.drawing import Move, SamplePage
from sample_scans.layout import Entry, Paragraph, Table
from sample_scans.pages import (
    Form,
    draw_lines,
    draw_page,
    fade,
    fax,
    guilloche,
    ink_spread,
    jpeg,
    jpeg_120dpi,
    noise,
    page_image,
    paper,
    perspective,
    photocopy,
    resized,
    seal_over_text,
    shade,
    skew,
    turn,
)
from sample_scans.photograph import View, out_of_focus, photograph, shaken, some_view
from sample_scans.scans import MAKERS, SampleScan
from sample_scans.wear import black_borders, bleed_through, holes_and_staple, ruled

SEED = 7
TEXT = ("Số: 218/QĐ-UBND", "Vừ A Dế, bản Huổi Po", "Quyết định có hiệu lực kể từ ngày ký", "Đ Ữ Ặ Ỵ ộ ễ ỵ")


def form() -> Form:
    return Form(
        agency=("ỦY BAN NHÂN DÂN", "XÃ PÚ HƯƠNG"),
        number="Số: 12/QĐ-UBND",
        place_date="Pú Hương, ngày 05 tháng 09 năm 2023",
        title=("QUYẾT ĐỊNH",),
        body=(
            Entry(label="Họ và tên:", value="Quàng Thị Ọi"),
            Paragraph(text="Điều 1. " + "Trả kết quả tại Bộ phận Một cửa. " * 6),
            Table(head=("STT", "Tên"), rows=(("1", "Đơn"), ("2", "Giấy")), widths=(20, 60), align="cl"),
        ),
        roles=("CHỦ TỊCH",),
        signer="Lò Văn Ún",
        sealed=("huyện Mường Vân", "Ủy ban nhân dân xã Pú Hương"),
    )


def inked(page: SamplePage) -> float:
    """The share of words in whose box there is ink, and around whose box there is less."""
    grey = page.pixels.min(axis=2)
    good = 0
    words = [word for line in page.lines for word in line.words]
    for word in words:
        box = word.box
        inside = grey[round(box.y0) : round(box.y1) + 1, round(box.x0) : round(box.x1) + 1]
        around = np.median(grey[max(0, round(box.y0) - 12) : round(box.y1) + 12, max(0, round(box.x0) - 12) :][:, :300])
        good += inside.size > 0 and int(inside.min()) < float(around) - 25
    return good / len(words)


KEEPS: dict[str, Callable[[Pixels], Pixels]] = {
    "paper": lambda p: paper(p, SEED),
    "ink spread": lambda p: ink_spread(p, SEED, strength=0.6),
    "noise": lambda p: noise(p, SEED, strength=0.4),
    "shade": lambda p: shade(p, SEED, strength=0.6),
    "fade": lambda p: fade(p, SEED, strength=0.5),
    "photocopy": lambda p: photocopy(p, SEED, strength=0.5),
    "guilloche": lambda p: guilloche(p, strength=0.4),
    "jpeg": lambda p: jpeg(p, 40),
    "bleed-through": lambda p: bleed_through(p, p, strength=0.6),
    "holes and staple": lambda p: holes_and_staple(p, SEED),
    "ruled": ruled,
    "seal": lambda p: seal_over_text(p, SEED, 300, 250, dpi=200, ring="huyện Mường Vân", middle="Ủy ban nhân dân xã"),
}
MOVES: dict[str, Callable[[Pixels], tuple[Pixels, Move]]] = {
    "skew": lambda p: skew(p, 2.5),
    "skew the other way": lambda p: skew(p, -3.0),
    "quarter turn": lambda p: turn(p, 1),
    "half turn": lambda p: turn(p, 2),
    "three quarters": lambda p: turn(p, 3),
    "smaller": lambda p: resized(p, 0.75),
    "120 dpi": lambda p: jpeg_120dpi(p, dpi=200),
    "black borders": lambda p: black_borders(p, SEED, strength=0.6),
    "perspective": lambda p: perspective(p, SEED, strength=0.7),
    "photograph": lambda p: photograph(p, SEED, some_view(SEED, strength=0.7)),
    "photograph of a book": lambda p: photograph(p, SEED, View(curl=20, tilt=8), desk="dark"),
}


def test_black_borders_lie_beside_the_sheet() -> None:
    page = draw_lines(TEXT).pixels
    scan, move = black_borders(page, SEED, strength=1.0)
    left, top = int(move[0, 2]), int(move[1, 2])
    margin = page.shape[1] // 200
    inside = (slice(margin, -margin),) * 2
    sheet = scan[top : top + page.shape[0], left : left + page.shape[1]]
    assert np.array_equal(sheet[inside], page[inside])
    assert scan[: top - margin].max() < 60
    assert min(left, top, scan.shape[0] - top - page.shape[0], scan.shape[1] - left - page.shape[1]) > 0


def test_the_truth_is_what_was_written() -> None:
    assert draw_lines(TEXT).truth == "\n".join(TEXT)


def test_decomposed_text_is_drawn_and_kept_in_nfc() -> None:
    page = draw_lines([unicodedata.normalize("NFD", line) for line in TEXT])
    assert page.truth == "\n".join(TEXT)
    assert np.array_equal(page.pixels, draw_lines(TEXT).pixels)


def test_a_form_holds_heading_body_and_foot_in_reading_order() -> None:
    text = draw_page(form(), SEED).truth
    parts = (
        "ỦY BAN NHÂN DÂN",
        "Số: 12/QĐ-UBND",
        "CỘNG HÒA",
        "QUYẾT ĐỊNH",
        "Họ và tên: Quàng Thị Ọi",
        "1 Đơn",
        "Lò Văn Ún",
    )
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_the_seal_and_the_signature_are_not_in_the_truth() -> None:
    page = draw_page(form(), SEED)
    assert "huyện Mường Vân".casefold() not in page.truth.casefold()
    red = (page.pixels[:, :, 0].astype(int) - page.pixels[:, :, 1]) > 80
    assert red.sum() > 2000


def test_the_same_seed_gives_the_same_pixels_and_another_seed_other_ones() -> None:
    first = draw_page(form(), SEED).pixels
    assert np.array_equal(first, draw_page(form(), SEED).pixels)
    assert not np.array_equal(first, draw_page(form(), SEED + 1).pixels)


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="too wide"):
        draw_lines(["rất dài " * 40])
    with pytest.raises(ValueError, match="too long"):
        draw_page(Form(title=("DÀI",), body=(Paragraph(text="từ " * 900),)), SEED)


@pytest.mark.parametrize("name", KEEPS)
def test_a_step_that_keeps_words_in_place(name: str) -> None:
    clean = draw_page(form(), SEED)
    before = clean.pixels.copy()
    page = clean.degraded(KEEPS[name])
    assert page.pixels.shape == before.shape and page.pixels.dtype == np.uint8
    assert not np.array_equal(page.pixels, before)
    assert np.array_equal(clean.pixels, before)
    assert inked(page) > 0.95
    assert np.array_equal(page.pixels, clean.degraded(KEEPS[name]).pixels)


@pytest.mark.parametrize("name", MOVES)
def test_a_step_that_moves_words_moves_their_boxes(name: str) -> None:
    page = draw_page(form(), SEED)
    assert inked(page.moved(MOVES[name])) > 0.95


def test_a_stronger_step_changes_more() -> None:
    pixels = draw_page(form(), SEED).pixels.astype(int)
    for step in (ink_spread, noise, shade, fade):
        weak, strong = (np.abs(step(pixels.astype(np.uint8), SEED, strength=s) - pixels).mean() for s in (0.1, 0.8))
        assert weak < strong


def test_a_lens_spreads_a_point_and_a_hand_draws_it_out() -> None:
    point = np.zeros((41, 41, 3), np.uint8)
    point[20, 20] = 255
    blurred, drawn = out_of_focus(point, 4.0)[:, :, 0], shaken(point, 12.0, 0.0)[:, :, 0]
    assert (blurred > 0).sum() == pytest.approx(np.pi * 4.25**2, rel=0.1)
    assert set(np.flatnonzero(drawn.any(axis=1))) == {20}
    assert 12 <= drawn.any(axis=0).sum() <= 14


def test_four_quarter_turns_are_none() -> None:
    page = draw_lines(TEXT)
    turned = page
    for _ in range(4):
        turned = turned.moved(lambda p: turn(p, 1))
    assert np.array_equal(page.pixels, turned.pixels)
    for old, new in zip(page.lines, turned.lines, strict=True):
        assert old.box.intersection(new.box) == pytest.approx(old.box.area)


def test_a_fax_is_black_and_white() -> None:
    black = fax(draw_lines(TEXT).pixels, SEED)
    assert black.ndim == 2
    assert set(np.unique(black)) == {0, 255}


def test_fewer_pixels_are_fewer_dots_per_inch() -> None:
    page = draw_lines(TEXT, dpi=200).moved(lambda p: jpeg_120dpi(p, dpi=200))
    assert page.dpi == pytest.approx(120, abs=0.1)
    image = page_image(page)
    height = page.pixels.shape[0]
    assert image.to_points.apply(0, height) == pytest.approx((0, 0))
    assert image.to_points.apply(0, 0)[1] == pytest.approx(297 / 25.4 * 72, abs=1)


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
def test_the_boxes_of_every_sample_scan_lie_on_its_words(make: Callable[[int], SampleScan]) -> None:
    for page in make(SEED).pages:
        assert inked(page) > 0.93


def test_made_up_people_have_numbers_of_the_right_form() -> None:
    rng = np.random.default_rng(SEED)
    for _ in range(50):
        who = people.person(rng)
        assert len(who.identity) == 12 and who.identity.isdigit() and who.identity.startswith("011")
        assert who.identity[3] == ("1" if who.sex == "Nữ" else "0")
        assert who.identity[4:6] == f"{who.born.year % 100:02d}"
        assert date(1962, 1, 1) <= who.born <= date(1999, 12, 31)
