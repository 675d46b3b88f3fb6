"""A page number alone in the margin is looked for where no line holds it."""

from __future__ import annotations

import cv2
import numpy as np

from ocr_models.page_engine import TrueOcrPageEngine
from ocr_models.profiles import make_reader
from pipeline.geometry import Box
from pipeline.model import Pixels
from pipeline.reading.page_numbers import is_page_number, lone_marks
from sample_scans.drawing import Sheet
from sample_scans.pages import page_image

LINES = [Box(100.0, 150.0 + 40 * at, 750.0, 180.0 + 40 * at) for at in range(20)]


def sheet() -> Pixels:
    """A page whose lines are inked, with room above and below."""
    grey = np.full((1200, 850), 255, np.uint8)
    for box in LINES:
        grey[int(box.y0) : int(box.y1) : 3, int(box.x0) : int(box.x1)] = 0
    return grey


def mark(grey: Pixels, x: int, y: int, width: int = 12, height: int = 20) -> None:
    cv2.rectangle(grey, (x, y), (x + width - 1, y + height - 1), 0, 3)


def test_a_digit_alone_above_the_first_line_or_below_the_last_is_found() -> None:
    for y in (80, 1120):
        grey = sheet()
        mark(grey, 420, y)
        (found,) = lone_marks(grey, LINES)
        assert found.intersection(Box(420, y, 432, y + 20)) > 0.8 * 240


def test_a_number_between_dashes_is_one_mark() -> None:
    grey = sheet()
    for x in (420, 436):
        mark(grey, x, 80)
    for x in (400, 460):
        grey[88:91, x : x + 8] = 0
    (found,) = lone_marks(grey, LINES)
    assert (found.x0, found.x1) == (400, 468)


def test_dust_borders_rules_and_what_a_line_holds_are_no_marks() -> None:
    grey = sheet()
    grey[60:64, 200:204] = 0  # dust
    grey[:30] = 0  # the lid of the scanner
    grey[0:140, 0:12] = 0
    grey[100:103, 300:600] = 0  # a rule
    assert lone_marks(grey, LINES) == []
    mark(grey, 420, 80)
    assert lone_marks(grey, [*LINES, Box(418.0, 78.0, 434.0, 102.0)]) == []


def test_of_many_marks_none_is_a_page_number() -> None:
    grey = sheet()
    for x in range(200, 700, 60):
        mark(grey, x, 80)
    assert lone_marks(grey, LINES) == []


def test_a_page_number_is_a_number_that_was_surely_read() -> None:
    assert all(is_page_number(text, 0.99) for text in ("2", "12", "- 3 -", "-3-", "104"))
    assert not any(is_page_number(text, 0.99) for text in ("", "l", "2026", "1/2", "a2", "-"))
    assert not is_page_number("2", 0.5)


def test_a_page_number_that_is_not_found_as_a_line_is_read() -> None:
    page = Sheet(typeface="serif")
    page.write(105.0, 19.0, "7", size=10)
    for at in range(6):
        page.write(29.0, 26.0 + 7.0 * at, "thực hiện các nhiệm vụ liên quan theo quy định của pháp luật.", size=12)
    image = page_image(page.page(200))
    assert len(TrueOcrPageEngine().lines(image.pixels[:, :, 0].copy())) == 6
    reader = make_reader("fast")
    reading = reader.read(image)
    reader.close()
    assert reading.text.split()[0] == "7"
