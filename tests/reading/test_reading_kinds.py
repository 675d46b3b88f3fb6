import cv2
import numpy as np

from pipeline.geometry import Box
from pipeline.model import Pixels, Word
from pipeline.reading.kinds import filled_in_by_hand
from pipeline.reading.stamps import find_frames, stamps_of_receipt

SHEET = (1200, 850)


def sheet() -> Pixels:
    return np.full(SHEET, 255, np.uint8)


def drawn(
    texts: list[str], gaps: dict[int, float] | None = None, tall: tuple[int, ...] = ()
) -> tuple[list[Word], Pixels]:
    """Words of a line 20 pixels high, a third of each box inked; those in `tall` are 30 high."""
    grey, words, x = sheet(), [], 50.0
    for at, text in enumerate(texts):
        x += (gaps or {}).get(at, 8.0)
        height = 30 if at in tall else 20
        box = Box(x, 100.0 - height, x + 10 * len(text), 100.0)
        grey[int(box.y0) : 100 : 3, int(box.x0) : int(box.x1)] = 0
        words.append(Word(text=text, box=box))
        x = box.x1
    return words, grey


def test_a_number_that_does_not_touch_its_symbol_was_filled_in() -> None:
    words, grey = drawn(["Số:", "299", "/UBND-TTHC"])
    assert filled_in_by_hand(words, grey) == {1}


def test_a_number_of_which_each_digit_was_read_as_a_word_was_filled_in() -> None:
    words, grey = drawn(["Số:", "0", "5", "/CT-UBND"])
    assert filled_in_by_hand(words, grey) == {1, 2}


def test_a_number_of_wider_strokes_than_its_symbol_was_filled_in_though_it_touches() -> None:
    words, grey = drawn(["Số:", "574", "/UBND"], {2: 2.0})
    assert filled_in_by_hand(words, grey) == set()
    number = words[1].box
    grey[int(number.y0) : int(number.y1) : 3, int(number.x0) : int(number.x1)] = 255
    for y in range(int(number.y0), int(number.y1), 7):
        grey[y : y + 4, int(number.x0) : int(number.x1)] = 0
    assert filled_in_by_hand(words, grey) == {1}


def test_a_printed_number_stays() -> None:
    for texts, gaps in (
        (["Số:", "28/2021/NĐ-CP"], {}),
        (["Số:", "35", "/QĐ-UBND"], {2: 2.0}),
        (["Số:", "35", "hộ"], {}),
    ):
        words, grey = drawn(texts, gaps)
        assert filled_in_by_hand(words, grey) == set()


DATE = ["Điện", "Biên,", "ngày", "15", "tháng", "01", "năm", "2025"]


def test_a_day_taller_than_its_year_was_filled_in() -> None:
    words, grey = drawn(DATE, tall=(3,))
    assert filled_in_by_hand(words, grey) == {3}


def test_what_does_not_read_as_a_number_in_the_blank_of_a_date_was_filled_in() -> None:
    words, grey = drawn(["Điện", "Biên,", "ngày", "2Ặ", "1", "tháng", "DA", "năm", "2025"])
    assert filled_in_by_hand(words, grey) == {3, 6}


def test_the_dots_of_a_blank_that_is_still_empty_are_print() -> None:
    words, grey = drawn(["Điện", "Biên,", "ngày", ".....", "tháng", "…", "năm", "2025"])
    assert filled_in_by_hand(words, grey) == set()


def test_a_printed_date_stays_and_so_does_one_in_a_sentence() -> None:
    words, grey = drawn(DATE)
    assert filled_in_by_hand(words, grey) == set()
    words, grey = drawn([*DATE, "của", "Ủy", "ban"], tall=(3,))
    assert filled_in_by_hand(words, grey) == set()


def test_a_small_tilted_frame_is_found_and_a_large_one_is_not() -> None:
    grey = sheet()
    corners = np.array([[60, 300], [250, 297], [251, 400], [61, 403]])
    cv2.polylines(grey, [corners], isClosed=True, color=0, thickness=2)
    cv2.rectangle(grey, (300, 500), (800, 1100), 0, 2)
    (frame,) = find_frames(grey)
    assert Box(60, 297, 252, 404).intersection(frame) > 0.9 * frame.area


def test_a_frame_is_a_stamp_of_receipt_only_where_it_says_so() -> None:
    grey = sheet()
    cv2.rectangle(grey, (60, 300), (250, 400), 0, 2)
    inside = Box(80, 330, 140, 350)
    assert len(stamps_of_receipt(grey, [Word(text="ĐẾN", box=inside)])) == 1
    assert stamps_of_receipt(grey, [Word(text="đến", box=inside)]) == []
    assert stamps_of_receipt(grey, [Word(text="ĐẾN", box=Box(500, 330, 560, 350))]) == []


def test_print_without_frames_has_none() -> None:
    grey = sheet()
    for row in range(20):
        cv2.putText(grey, "van ban hanh chinh", (50, 80 + 50 * row), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 0, 2)
    assert find_frames(grey) == []
