from hypothesis import given
from hypothesis import strategies as st

from pipeline.geometry import Box
from pipeline.ports import TextBlock
from pipeline.reading.order import above_first, columns_whole, reading_order


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


def test_a_motto_whose_box_touches_the_office_is_beside_it() -> None:
    boxes = [Box(100, 100, 706, 130), Box(700, 100, 1300, 130), box(0, 1), box(1, 1)]
    blocks = columns_whole([TextBlock(lines=(at,)) for at in (2, 3, 0, 1)], boxes, ["x"] * 4)
    assert [block.lines for block in blocks] == [(0, 2), (1, 3)]


def test_a_name_below_a_signature_stays_with_the_office_above_it() -> None:
    recipients = [box(0, row) for row in range(8)]
    boxes = [*recipients, box(1, 0), box(1, 6)]
    blocks = columns_whole([TextBlock(lines=tuple(range(10)))], boxes, ["x"] * 10)
    assert [block.lines for block in blocks] == [tuple(range(8)), (8, 9)]


def test_a_single_row_is_no_table() -> None:
    boxes = [box(0, 0), box(1, 0), box(0, 1), box(1, 1)]
    head = [TextBlock(lines=(0, 1), table=True), TextBlock(lines=(2, 3))]
    assert columns_whole(head, boxes, ["x"] * 4) == [TextBlock(lines=(0, 2)), TextBlock(lines=(1, 3))]


def test_nothing_is_read_before_what_stands_above_it() -> None:
    boxes = [box(0, row, 1000) for row in range(4)]
    blocks = above_first([TextBlock(lines=(2, 3)), TextBlock(lines=(0,)), TextBlock(lines=(1,))], boxes)
    assert [block.lines for block in blocks] == [(0,), (1,), (2, 3)]


def test_a_block_is_parted_only_where_a_part_of_it_has_to_wait() -> None:
    boxes = [box(0, 0), box(1, 0), box(0, 1, 1000)]
    blocks = above_first([TextBlock(lines=(0, 2)), TextBlock(lines=(1,))], boxes)
    assert [block.lines for block in blocks] == [(0,), (1,), (2,)]


def test_a_table_stays_whole_between_what_is_above_and_below_it() -> None:
    boxes = [box(0, 1), box(1, 1), box(0, 2), box(1, 2), box(0, 0, 1000), box(0, 3, 1000)]
    blocks = [TextBlock(lines=(5,)), TextBlock(lines=(0, 1, 2, 3), table=True), TextBlock(lines=(4,))]
    assert order(reading_order(blocks, boxes, ["x"] * 6)) == [4, 0, 1, 2, 3, 5]


LINES = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 20), st.integers(20, 900)), max_size=25)


@given(LINES, st.booleans())
def test_no_line_is_lost_or_doubled(lines: list[tuple[int, int, int]], table: bool) -> None:
    boxes = [box(column, row, width) for column, row, width in lines]
    blocks = [TextBlock(lines=(at,), table=table) for at in range(len(boxes))]
    assert sorted(order(reading_order(blocks, boxes, ["x"] * len(boxes)))) == list(range(len(boxes)))


@given(LINES)
def test_every_order_becomes_one_that_goes_down_each_column(lines: list[tuple[int, int, int]]) -> None:
    boxes = [box(column, row, width) for column, row, width in lines]
    found = order(reading_order([TextBlock(lines=(at,)) for at in range(len(boxes))], boxes, ["x"] * len(boxes)))
    for place, at in enumerate(found):
        for later in found[place + 1 :]:
            same_column = boxes[later].x0 == boxes[at].x0
            assert not (same_column and boxes[later].y1 < boxes[at].y0)
