"""Tables go into their sections, doubt is weighed by what is right, and what is misread is shown where it stands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pikepdf
import pytest

from benchmarks import accuracy, doubt, pages, tables, wrong
from benchmarks.kept import Kept
from benchmarks.readers import PageReader, Read
from benchmarks.tables import with_section
from pipeline.geometry import Box, bounding, pixels_to_points
from pipeline.model import Line, LineKind, PageReading, TextSource, Word

DOCUMENT = "# Accuracy\n\nProse.\n\n## Real scans (6 pages)\n\nold\n\n## Names\n\nkept\n"


def test_a_section_is_put_in_place_of_the_one_of_its_name() -> None:
    written = with_section(DOCUMENT, "## Real scans (7 pages)\n\nnew\n")
    assert written == DOCUMENT.replace("(6 pages)\n\nold", "(7 pages)\n\nnew")


def test_a_section_of_no_name_that_is_there_comes_last() -> None:
    assert with_section(DOCUMENT, "## Real\n\nnew").endswith("kept\n\n## Real\n\nnew\n")
    assert with_section(DOCUMENT, "## Real\n\nnew").count("old") == 1


def reading(*words: tuple[str, float], kind: LineKind = LineKind.BODY) -> PageReading:
    found = [
        Word(text=text, box=Box(10 + 60 * at, 40, 60 + 60 * at, 60), confidence=sure)
        for at, (text, sure) in enumerate(words)
    ]
    line = Line(words=tuple(found), box=bounding([word.box for word in found]), kind=kind)
    return PageReading(
        number=1,
        width=400,
        height=100,
        to_points=pixels_to_points(100, 200, 200),
        lines=(line,),
        source=TextSource.OCR,
    )


def test_a_word_is_wrong_where_the_truth_does_not_have_it_so_often() -> None:
    sure, right = doubt.rightness(reading(("xã", 1.0), ("hồ", 0.8), ("-", 0.1), ("xã", 0.9)), "xã hồ sơ")
    assert sure.tolist() == [1.0, 0.8, 0.9]
    assert right.tolist() == [1.0, 1.0, 0.0]


def test_of_words_that_do_not_lie_in_order_no_more_are_wrong_than_there_are_too_many() -> None:
    _, right = doubt.rightness(reading(("một", 1.0), ("hai", 1.0), ("ba", 1.0)), "ba một hai")
    assert right.tolist() == [1.0, 1.0, 1.0]
    _, right = doubt.rightness(reading(("ba", 1.0), ("một", 1.0), ("hai", 1.0), ("ba", 1.0)), "một hai bốn ba bốn")
    assert right.tolist() == [0.0, 1.0, 1.0, 1.0]


def test_ink_of_pens_that_was_told_from_print_is_no_word() -> None:
    sure, _ = doubt.rightness(reading(("xã", 1.0), kind=LineKind.HANDWRITING), "xã")
    assert len(sure) == 0


def test_doubt_is_worth_the_share_of_wrong_words_that_it_holds() -> None:
    row = doubt.row("pages", np.array([0.99, 0.5, 0.99, 0.4]), np.array([1.0, 0.0, 0.0, 1.0]))
    assert row.startswith("| pages | 4 | 50.00% | 50.0% | 50% |")


def test_what_is_misread_stands_beside_the_truth_that_is_most_like_it() -> None:
    page = pages.TestPage(
        name="p", group="clean", pixels=np.full((100, 400), 255, np.uint8), dpi=200, truth="Ủy ban xã Mường"
    )
    found = list(wrong.misread(page, reading(("Ủy", 1), ("bạn", 1), ("xã", 1), ("Mường", 1), ("0123", 1))))
    assert [(one.read, one.truth) for one in found] == [("bạn", "ban"), ("0123", "")]
    assert (found[0].box.x0, found[0].box.y0) == pytest.approx((70, 40))
    picture = wrong.sheet(found)
    red = np.asarray(picture)[:, :, 0].astype(int) - np.asarray(picture)[:, :, 1] > 100
    assert red.any()


def a_page(text: str) -> pages.TestPage:
    return pages.TestPage(name="p", group="clean", pixels=np.full((9, 9), 255, np.uint8), dpi=200, truth=text)


@pytest.mark.parametrize(("rise", "printed"), [(6, "dài 9 m² đất, Điều 5"), (0, "dài 9 m2 đất, Điều 5")])
def test_a_truth_has_the_raised_digits_that_are_printed_and_the_vietnamese_letter(
    tmp_path: Path, rise: int, printed: str
) -> None:
    document = pikepdf.new()
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    page = document.add_blank_page(page_size=(300, 200))
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
    page.Contents = document.make_stream(f"BT /F 14 Tf 20 100 Td (9 m) Tj /F 9 Tf {rise} Ts (2) Tj ET".encode())
    document.save(tmp_path / "act.pdf")
    (tmp_path / "act.gt.txt").write_text("dài 9 m2 đất, Ðiều 5", "utf-8")
    assert pages.truth(tmp_path / "act.pdf") == printed


def test_what_was_measured_is_kept_for_the_same_reader_page_and_truth_alone(tmp_path: Path) -> None:
    reader = PageReader(name="one", identity="1", read=lambda _: Read(text="xã Mường", seconds=0.5))
    page = a_page("xã Mường")
    result = accuracy.measure(reader, page)
    kept = Kept("real", "one", "1", tmp_path)
    kept.put(page, result)
    (file,) = tmp_path.rglob("*.jsonl")
    file.write_text(file.read_text("utf-8") + '{"key": "cut o', "utf-8")
    assert Kept("real", "one", "1", tmp_path).get(page) == result
    assert Kept("real", "one", "1", tmp_path).get(a_page("xã")) is None
    assert Kept("real", "one", "2", tmp_path).get(page) is None


def test_a_reader_of_fewer_pages_has_them_counted_and_its_places_left_empty() -> None:
    result = accuracy.measure(
        PageReader(name="one", identity="", read=lambda _: Read(text="xã", seconds=1)), a_page("xã")
    )
    text = tables.report("degraded", {"one": [result, replace(result, group="fax")], "two": [result]})
    assert "| one | 2 | 100.00% |" in text
    assert "| two | 1 | 100.00% |" in text
    assert "| fax | 100.0 |  |" in text
    assert "| fax | 0.00 (+0.00) |  |" in text
