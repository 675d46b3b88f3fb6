"""What is read of generated pages must not get worse than this; the margins are below what docs/accuracy.md gives."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks import layout, names
from benchmarks.layouts import draw
from ocr_models.profiles import make_reader
from pipeline.ports import Reader
from pipeline.reading.score import score
from sample_scans.pages import page_image


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    reader = make_reader("fast")
    yield reader
    reader.close()


@pytest.mark.parametrize("name", ["letter", "table without rules", "wrapped cells"])
def test_order_cells_and_boxes_hold_their_margins(reader: Reader, name: str) -> None:
    page = draw(name, 1)
    found = layout.score(page, reader.read(page_image(page.page)))
    assert found.order > 0.97
    assert found.cells > 0.97
    assert found.iou > 0.88


@pytest.mark.parametrize(("subject", "least"), [("names of the north-west", 0.98), ("codes", 0.98), ("numbers", 0.98)])
def test_names_codes_and_numbers_hold_their_margins(reader: Reader, subject: str, least: float) -> None:
    page = names.page(subject, 0)
    assert score(page.truth, reader.read(page_image(page)).text).f1 > least
