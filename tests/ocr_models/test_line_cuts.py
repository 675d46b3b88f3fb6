"""Lines cut out of a page."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from trueocr.preprocess import is_dark_line

from ocr_models.line_reader import surroundings
from pipeline.geometry import Box


@given(st.integers(0, 2**32 - 1), st.floats(0, 255), st.floats(0, 60), st.floats(0.3, 0.7), st.integers(0, 255))
def test_light_print_is_known_as_trueocr_knows_it(
    seed: int, paper: float, grain: float, share: float, ink: int
) -> None:
    """Also where about half of the line is white, which is where a shortcut would go wrong."""
    rng = np.random.default_rng(seed)
    page = np.clip(rng.normal(paper, grain, (60, 160)), 0, 255).astype(np.uint8)
    page[rng.random(page.shape) < share] = ink
    box = Box(10.3, 7.9, 131.0, 44.4)
    _, dark = surroundings(page, box, above=9.0, beside=4.0)
    assert dark == is_dark_line(page[::2, ::2], (box.x0 / 2, box.y0 / 2, box.x1 / 2, box.y1 / 2))
