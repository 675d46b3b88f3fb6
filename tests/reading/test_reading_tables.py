"""Words of a table are put into cells: by its rules, by its room, and only where there is a table."""

from __future__ import annotations

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.geometry import Box, bounding
from pipeline.model import Line, LineKind, Pixels, Table, Word
from pipeline.reading.tables import with_tables

HEIGHT = 20.0


def sheet() -> Pixels:
    return np.full((900, 900), 255, np.uint8)


def line(text: str, x: float, y: float, *, block: int = 0, kind: LineKind = LineKind.TABLE) -> Line:
    words = []
    for part in text.split():
        words.append(Word(text=part, box=Box(x, y, x + 9 * len(part), y + HEIGHT)))
        x += 9 * len(part) + 7
    return Line(words=tuple(words), box=bounding([word.box for word in words]), block=block, kind=kind)


def ruled(xs: list[int], ys: list[int]) -> Pixels:
    grey = sheet()
    for x in xs:
        cv2.line(grey, (x, ys[0]), (x, ys[-1]), 0, 2)
    for y in ys:
        cv2.line(grey, (xs[0], y), (xs[-1], y), 0, 2)
    return grey


def texts(table: Table, lines: list[Line]) -> dict[tuple[int, int], list[str]]:
    return {(cell.row, cell.column): [n.text for n in lines if n.block == cell.block] for cell in table.cells}


def test_wrapped_cells_are_read_whole_row_by_row() -> None:
    grey = ruled([50, 150, 400, 700], [100, 140, 220])
    seen = [
        line("STT", 60, 110), line("Họ và tên", 170, 110), line("Nơi ở", 420, 110),
        line("1", 60, 150), line("Lò Văn", 170, 150), line("Bản Huổi", 420, 150),
        line("Pánh", 170, 185), line("Só", 420, 185),
    ]  # fmt: skip
    lines, (table,) = with_tables(seen, grey)
    assert (table.rows, table.columns) == (2, 3)
    assert texts(table, lines) == {
        (0, 0): ["STT"], (0, 1): ["Họ và tên"], (0, 2): ["Nơi ở"],
        (1, 0): ["1"], (1, 1): ["Lò Văn", "Pánh"], (1, 2): ["Bản Huổi", "Só"],
    }  # fmt: skip
    assert [n.text for n in lines][-4:] == ["Lò Văn", "Pánh", "Bản Huổi", "Só"]


def test_a_line_seen_across_a_rule_is_parted_by_it() -> None:
    grey = ruled([50, 150, 400], [100, 140, 180])
    lines, (table,) = with_tables([line("Số Tên", 60, 110), line("12", 60, 150), line("Đất ở", 170, 150)], grey)
    assert texts(table, lines)[0, 0] == ["Số Tên"]
    wide = [line("12 Đất", 120, 150), line("Số", 60, 110), line("Tên", 170, 110)]
    lines, (table,) = with_tables(wide, grey)
    assert texts(table, lines)[1, 0] == ["12"]
    assert texts(table, lines)[1, 1] == ["Đất"]


def test_places_without_a_rule_between_them_are_one_cell() -> None:
    grey = ruled([50, 200, 350, 500], [100, 140, 180, 220])
    grey[103:138, 346:355] = 255  # the head spans the last two columns
    seen = [line("Tên", 60, 110), line("Diện tích", 300, 110)]
    seen += [line(text, x, y) for y in (150, 190) for x, text in ((60, "An"), (220, "12"), (370, "30"))]
    lines, (table,) = with_tables(seen, grey)
    head = [cell for cell in table.cells if cell.row == 0]
    assert [(cell.column, cell.columns) for cell in head] == [(0, 1), (1, 2)]
    assert texts(table, lines)[0, 1] == ["Diện tích"]


def test_a_table_without_rules_has_a_row_for_each_line_and_columns_by_room() -> None:
    rows = [("STT", "Họ và tên", "Năm"), ("1", "Vừ A Dế", "1987"), ("2", "Cà Thị Ọi", "1990")]
    seen = [
        line(text, x, 100 + 40 * at) for at, row in enumerate(rows) for x, text in zip((50, 150, 400), row, strict=True)
    ]
    lines, (table,) = with_tables(seen, sheet())
    assert (table.rows, table.columns) == (3, 3)
    assert [texts(table, lines)[at, 1] for at in range(3)] == [["Họ và tên"], ["Vừ A Dế"], ["Cà Thị Ọi"]]


def test_what_has_one_column_is_no_table_and_stays_as_it_was() -> None:
    seen = [line("Điều 1. Phê duyệt", 50, 100 + 40 * at) for at in range(4)]
    lines, tables = with_tables(seen, sheet())
    assert tables == []
    assert [n.words for n in lines] == [n.words for n in seen]


@given(st.lists(st.tuples(st.integers(0, 700), st.integers(0, 800), st.booleans()), min_size=1, max_size=25))
def test_no_word_is_lost_or_doubled_whatever_is_called_a_table(places: list[tuple[int, int, bool]]) -> None:
    kinds = (LineKind.BODY, LineKind.TABLE)
    seen = [line(f"chữ số {at}", x, y, block=at, kind=kinds[table]) for at, (x, y, table) in enumerate(places)]
    lines, tables = with_tables(seen, ruled([50, 300, 600], [100, 300, 500]))
    assert sorted(w.text for n in lines for w in n.words) == sorted(w.text for n in seen for w in n.words)
    cells = {cell.block for table in tables for cell in table.cells}
    assert len(cells) == sum(len(table.cells) for table in tables)
    assert {n.block for n in lines if n.block in cells} <= cells
