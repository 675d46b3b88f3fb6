"""Pages whose layout is known: heads and feet of two columns, tables with and without rules, footnotes, page numbers,
notes in the margin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.names import FAMILIES, GIVEN, PLACES
from pipeline.model import Word
from sample_scans import degrade
from sample_scans.drawing import POINTS_PER_MM, SamplePage, Sheet
from sample_scans.layout import LEADING, MOTTO
from sample_scans.pages import page_image

__all__ = ["LAYOUTS", "LayoutPage", "draw", "page_image"]

_PROSE = (
    "Căn cứ Luật Tổ chức chính quyền địa phương và các văn bản hướng dẫn thi hành; xét đề nghị của công chức văn hóa",
    "Ủy ban nhân dân xã giao bộ phận một cửa tiếp nhận hồ sơ, kiểm tra thành phần và hẹn ngày trả kết quả cho dân",
    "Hồ sơ tiếp nhận trước ngày 01 tháng 7 được số hóa thành từng tệp riêng và lưu vào kho dữ liệu điện tử của huyện",
    "Trong quá trình thực hiện nếu có vướng mắc thì phản ánh về văn phòng để được hướng dẫn và giải quyết kịp thời",
)
_SIZE = 12.5
_STEP = _SIZE * LEADING / POINTS_PER_MM


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LayoutPage:
    """`page.lines` are in reading order; `tables` has the texts of the cells of each table, row by row."""

    name: str
    page: SamplePage
    tables: tuple[tuple[tuple[str, ...], ...], ...] = ()

    @property
    def words(self) -> list[Word]:
        return [word for line in self.page.lines for word in line.words]


def _prose(sheet: Sheet, y: float, count: int, *, left: float = 28.0, width: float = 164.0) -> float:
    for number in range(count):
        text = f"{_PROSE[number % 4]}. {_PROSE[(number + 1) % 4]}."
        y = sheet.paragraph(left, y, width, text, size=_SIZE, indent=9, leading=LEADING) + 1.5
    return y


def _head(sheet: Sheet, y: float) -> float:
    """The office on the left, the motto on the right: each column is read whole."""
    for row, text in enumerate(("ỦY BAN NHÂN DÂN", "XÃ MƯỜNG SEN", "Số: 218/QĐ-UBND", "V/v số hóa hồ sơ năm 2023")):
        sheet.write(60, y + 5.6 * row, text, size=_SIZE - 1, style="bold" if row == 1 else "regular", align="centre")
    for row, text in enumerate(MOTTO):
        sheet.write(140, y + 5.6 * row, text, size=_SIZE - 1, style="bold", align="centre")
    sheet.write(140, y + 17, "Mường Sen, ngày 20 tháng 9 năm 2023", size=_SIZE, style="italic", align="centre")
    return y + 30


def _foot(sheet: Sheet, y: float) -> float:
    for row, text in enumerate(("Nơi nhận:", "- Như trên;", "- Phòng Tư pháp huyện;", "- Lưu: VT.")):
        sheet.write(28, y + 4.8 * row, text, size=_SIZE - 2)
    for row, text in enumerate(("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH")):
        sheet.write(150, y + 5.8 * row, text, size=_SIZE, style="bold", align="centre")
    sheet.write(150, y + 30, "Quàng Thị Tuyển", size=_SIZE, style="bold", align="centre")
    return y + 34


def letter(rng: np.random.Generator) -> tuple[Sheet, list[list[Sequence[str]]]]:
    sheet = Sheet()
    y = _prose(sheet, _head(sheet, 22), int(rng.integers(2, 5)))
    _foot(sheet, y + 6)
    return sheet, []


def second_page(rng: np.random.Generator) -> tuple[Sheet, list[list[Sequence[str]]]]:
    """The page's number at the top, footnotes below a short rule, a note in the margin."""
    sheet = Sheet()
    sheet.write(105, 14, str(rng.integers(2, 9)), size=_SIZE, align="centre")
    _prose(sheet, 26, 4, left=40, width=152)
    sheet.rule(28, 262, 78, 262)
    for row, text in enumerate(("1 Theo quy định tại Điều 5 của Nghị định.", "2 Số liệu tính đến ngày 15 tháng 9.")):
        sheet.write(28, 267 + 5 * row, text, size=9)
    for row, text in enumerate(("Sao y", "bản chính")):
        sheet.write(12, 60 + 5 * row, text, size=9)
    return sheet, []


def _rows(rng: np.random.Generator, count: int) -> list[Sequence[str]]:
    def one(of: Sequence[str]) -> str:
        return of[int(rng.integers(len(of)))]

    return [
        (
            str(number),
            f"{one(FAMILIES)} Văn {one(GIVEN)}",
            f"{rng.integers(1, 29):02d}/{rng.integers(1, 13):02d}/{rng.integers(1950, 2005)}",
            f"Bản {one(PLACES)}",
            f"{rng.integers(10, 900)},{rng.integers(10)}",
        )
        for number in range(1, count + 1)
    ]


_COLUMNS = ("STT", "Họ và tên", "Ngày sinh", "Nơi cư trú", "Diện tích")
_WIDTHS = (14.0, 46.0, 30.0, 44.0, 28.0)


def _table(sheet: Sheet, y: float, rows: Sequence[Sequence[str]], *, ruled: bool) -> float:
    edges = [24 + sum(_WIDTHS[:at]) for at in range(len(_WIDTHS) + 1)]
    height = 8.0
    for at, cells in enumerate([_COLUMNS, *rows]):
        placed = [((a + b) / 2, text, "centre") for a, b, text in zip(edges[:-1], edges[1:], cells, strict=True)]
        if not ruled:
            placed = [(a + 1, text, "left") for a, text in zip(edges[:-1], cells, strict=True)]
        sheet.row(y + height * at, placed, size=_SIZE - 1, style="bold" if at == 0 else "regular")
    if ruled:
        top, bottom = y - 5.4, y - 5.4 + height * (len(rows) + 1)
        for at in range(len(rows) + 2):
            sheet.rule(edges[0], top + height * at, edges[-1], top + height * at)
        for x in edges:
            sheet.rule(x, top, x, bottom)
    return y + height * (len(rows) + 1) + 4


def ruled_table(rng: np.random.Generator) -> tuple[Sheet, list[list[Sequence[str]]]]:
    return _with_table(rng, ruled=True)


def table_without_rules(rng: np.random.Generator) -> tuple[Sheet, list[list[Sequence[str]]]]:
    return _with_table(rng, ruled=False)


def _with_table(rng: np.random.Generator, *, ruled: bool) -> tuple[Sheet, list[list[Sequence[str]]]]:
    sheet = Sheet()
    y = _prose(sheet, _head(sheet, 22), 1)
    rows = _rows(rng, int(rng.integers(5, 12)))
    y = _table(sheet, y + 6, rows, ruled=ruled)
    _foot(sheet, y + 6)
    return sheet, [[_COLUMNS, *rows]]


def table_of_wrapped_cells(rng: np.random.Generator) -> tuple[Sheet, list[list[Sequence[str]]]]:
    """Cells of one to four lines of print: each is read whole before the next."""
    sheet = Sheet()
    widths, edge = (14.0, 84.0, 64.0), [24.0, 38.0, 122.0, 186.0]
    y = _prose(sheet, 24, 1) + 8
    top, rows = y - 5.4, [("STT", "Nội dung công việc", "Đơn vị thực hiện")]
    for number in range(1, 6):
        work = " ".join(_PROSE[number % 4].split()[: int(rng.integers(6, 24))])
        rows.append((str(number), work, " ".join(_PROSE[(number + 2) % 4].split()[: int(rng.integers(3, 14))])))
    sheet.rule(edge[0], top, edge[-1], top)
    rules = [top]
    for cells in rows:
        ends = [
            sheet.paragraph(edge[at] + 2, y, widths[at] - 4, text, size=_SIZE - 1, leading=1.5)
            for at, text in enumerate(cells)
        ]
        y = max(ends) + 3
        rules.append(y - 5.4)
        sheet.rule(edge[0], rules[-1], edge[-1], rules[-1])
    for x in edge:
        sheet.rule(x, top, x, rules[-1])
    return sheet, [list(rows)]


LAYOUTS: dict[str, Callable[[np.random.Generator], tuple[Sheet, list[list[Sequence[str]]]]]] = {
    "letter": letter,
    "second page": second_page,
    "ruled table": ruled_table,
    "table without rules": table_without_rules,
    "wrapped cells": table_of_wrapped_cells,
}


def draw(name: str, seed: int, *, dpi: float = 200) -> LayoutPage:
    """A page of a layout, as an office scanner gives it."""
    sheet, tables = LAYOUTS[name](np.random.default_rng([seed, list(LAYOUTS).index(name)]))
    page = sheet.page(dpi).degraded(
        lambda pixels: degrade.ink_spread(pixels, seed, strength=0.3),
        lambda pixels: degrade.noise(pixels, seed, strength=0.4),
    )
    page = page.moved(lambda pixels: degrade.skew(pixels, (seed % 3 - 1) * 0.8))
    cells = tuple(tuple(tuple(row) for row in table) for table in tables)
    return LayoutPage(name=name, page=page, tables=cells)
