from hypothesis import given
from hypothesis import strategies as st

from pipeline.geometry import Box
from pipeline.ports import TextBlock
from pipeline.reading.order import columns_whole


def box(column: int, row: int, width: float = 300) -> Box:
    return Box(100 + 600 * column, 100 + 50 * row, 100 + 600 * column + width, 130 + 50 * row)


def order(blocks: list[TextBlock]) -> list[int]:
    return [at for block in blocks for at in block.lines]


def test_a_head_read_row_by_row_is_put_into_columns() -> None:
    boxes = [box(0, 0), box(1, 0), box(0, 1), box(1, 1), box(0, 2), box(0, 6, 1000)]
    blocks = columns_whole([TextBlock(lines=(0, 1, 2, 3, 4)), TextBlock(lines=(5,))], boxes, ["x"] * 6)
    assert [block.lines for block in blocks] == [(0, 2, 4), (1, 3), (5,)]


def test_a_table_keeps_its_rows() -> None:
    boxes = [box(0, 0), box(1, 0), box(0, 1), box(1, 1)]
    table = [TextBlock(lines=(0, 1, 2, 3), table=True)]
    assert columns_whole(table, boxes, ["x"] * 4) == table


def test_a_head_taken_for_a_table_is_known_by_its_motto() -> None:
    boxes = [box(0, 0), box(1, 0), box(0, 1), box(1, 1)]
    texts = ["ỦY BAN NHÂN DÂN", "CỘNG HÒA XÃ HỘI", "TỈNH ĐIỆN BIÊN", "Độc lập - Tự do - Hạnh phúc"]
    blocks = columns_whole([TextBlock(lines=(0, 1, 2, 3), table=True)], boxes, texts)
    assert blocks == [TextBlock(lines=(0, 2)), TextBlock(lines=(1, 3))]


def test_a_line_across_ends_the_columns() -> None:
    boxes = [box(0, 0), box(1, 0), box(0, 1, 1000), box(0, 2), box(1, 2)]
    blocks = columns_whole([TextBlock(lines=(0, 1, 2, 3, 4))], boxes, ["x"] * 5)
    assert order(blocks) == [0, 1, 2, 3, 4]


LINES = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 20), st.integers(20, 900)), max_size=25)


@given(LINES, st.booleans())
def test_no_line_is_lost_or_doubled(lines: list[tuple[int, int, int]], table: bool) -> None:
    boxes = [box(column, row, width) for column, row, width in lines]
    blocks = [TextBlock(lines=(at,), table=table) for at in range(len(boxes))]
    assert sorted(order(columns_whole(blocks, boxes, ["x"] * len(boxes)))) == list(range(len(boxes)))
