"""A table and the regions of other ink, as text and as hOCR."""

from __future__ import annotations

from xml.etree import ElementTree

from pipeline.geometry import Affine, Box
from pipeline.model import (
    Cell,
    Line,
    LineKind,
    PageReading,
    Region,
    RegionKind,
    Table,
    TextSource,
    Word,
)
from pipeline.output import text
from tests.output.whole_files import hocr_of

XHTML = "{http://www.w3.org/1999/xhtml}"


def _line(words: str, block: int, kind: LineKind = LineKind.TABLE) -> Line:
    box = Box(10, 20 * block, 10 + 8 * len(words), 20 * block + 15)
    return Line(words=tuple(Word(text=w, box=box) for w in words.split()), box=box, block=block, kind=kind)


def _cell(row: int, column: int, block: int, *, rows: int = 1, columns: int = 1) -> Cell:
    box = Box(100.0 * column, 50.0 * row, 100.0 * (column + columns), 50.0 * (row + rows))
    return Cell(row=row, column=column, rows=rows, columns=columns, box=box, block=block)


TABLE = Table(
    rows=3,
    columns=3,
    box=Box(0, 0, 300, 150),
    cells=(
        _cell(0, 0, 1, rows=2),
        _cell(0, 1, 2, columns=2),
        _cell(1, 1, 3),
        _cell(1, 2, 4),
        _cell(2, 0, 5),
        _cell(2, 1, 6),
        _cell(2, 2, 7),
    ),
)
PAGE = PageReading(
    number=1,
    width=800,
    height=1000,
    to_points=Affine(),
    lines=(
        _line("DANH SÁCH", 0, LineKind.BODY),
        _line("Họ và tên", 1),
        _line("chủ hộ", 1),
        _line("Diện tích (m²)", 2),
        _line("Đất ở", 3),
        _line("Khác", 4),
        _line("Lò Văn Pánh", 5),
        _line("86,5", 7),
        _line("Người lập biểu", 8, LineKind.BODY),
        _line("ĐẾN", 9, LineKind.STAMP),
    ),
    source=TextSource.OCR,
    regions=(Region(kind=RegionKind.SEAL, box=Box(500, 600, 640, 740)),),
    tables=(TABLE,),
)


def test_a_row_of_a_table_is_a_line_with_tabs_between_its_cells() -> None:
    assert text.render([PAGE.text]).split("\n") == [
        "DANH SÁCH",
        "",
        "Họ và tên chủ hộ\tDiện tích (m²)",
        "Đất ở\tKhác",
        "Lò Văn Pánh\t\t86,5",
        "",
        "Người lập biểu",
        "",
    ]


def test_a_table_is_a_table_of_hocr_with_every_cell_and_span() -> None:
    root = ElementTree.fromstring(hocr_of([PAGE], title="x"))
    (table,) = root.iter(f"{XHTML}table")
    assert table.get("class") == "ocr_table"
    rows = [["".join(cell.itertext()).split() for cell in row] for row in table.iter(f"{XHTML}tr")]
    assert rows == [
        [["Họ", "và", "tên", "chủ", "hộ"], ["Diện", "tích", "(m²)"]],
        [["Đất", "ở"], ["Khác"]],
        [["Lò", "Văn", "Pánh"], [], ["86,5"]],
    ]
    cells = list(table.iter(f"{XHTML}td"))
    assert (cells[0].get("rowspan"), cells[1].get("colspan")) == ("2", "2")


def test_words_of_hocr_are_all_the_words_once() -> None:
    root = ElementTree.fromstring(hocr_of([PAGE], title="x"))
    words = [element.text for element in root.iter() if element.get("class") == "ocrx_word"]
    assert sorted(words, key=str) == sorted(word.text for line in PAGE.lines for word in line.words)


def test_regions_are_images_of_hocr_that_say_their_kind() -> None:
    root = ElementTree.fromstring(hocr_of([PAGE], title="x"))
    (seal,) = [element for element in root.iter() if element.get("class") == "ocr_image"]
    assert seal.get("title") == "bbox 500 600 640 740; x_kind seal"
