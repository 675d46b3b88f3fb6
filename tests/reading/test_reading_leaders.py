import cv2
import numpy as np

from pipeline.geometry import Box
from pipeline.model import Pixels
from pipeline.reading.leaders import without_leaders

LINE = Box(40, 40, 960, 76)


def form(words: list[tuple[int, str]], dots: list[tuple[int, int]], *, rule: bool = False) -> Pixels:
    grey = np.full((120, 1000), 255, np.uint8)
    for x, word in words:
        cv2.putText(grey, word, (x, 68), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 0, 2)
    for start, end in dots:
        for x in range(start, end, 8):
            grey[66:69, x : x + (8 if rule else 3)] = 0
    return grey


def test_dots_are_cut_out_from_between_the_words() -> None:
    first, second = without_leaders(form([(50, "Ho ten:"), (600, "Sinh:")], [(200, 590), (700, 950)]), [LINE])
    assert first.x0 < 52 and 120 < first.x1 <= 205
    assert 585 <= second.x0 <= 602 and 640 < second.x1 <= 705
    assert (first.y0, first.y1) == (LINE.y0, LINE.y1)


def test_a_rule_to_write_on_is_a_leader_too() -> None:
    (part,) = without_leaders(form([(50, "Ho ten:")], [(200, 950)], rule=True), [LINE])
    assert part.x1 <= 205


def test_a_line_of_leaders_alone_is_no_line() -> None:
    assert without_leaders(form([], [(45, 950)]), [LINE]) == []


def test_an_ellipsis_and_wide_spaces_stay() -> None:
    grey = form([(50, "Ho ten"), (600, "Sinh")], [(170, 195)])
    assert without_leaders(grey, [LINE]) == [LINE]


def test_a_box_outside_the_picture_stays_as_it_is() -> None:
    outside = Box(2000, 0, 2100, 30)
    assert without_leaders(form([], []), [outside]) == [outside]
