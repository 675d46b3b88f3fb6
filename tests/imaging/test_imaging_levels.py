"""Percentiles from histograms are those of the sorted pixels."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pipeline.imaging.levels import median, percentile

PICTURES = arrays.arrays(np.uint8, arrays.array_shapes(min_dims=2, max_dims=2, max_side=20))


@given(PICTURES, st.integers(1, 100))
def test_the_percentile_is_the_least_level_that_so_many_pixels_do_not_exceed(grey: np.ndarray, share: int) -> None:
    level = percentile(grey, share)
    assert (grey <= level).mean() >= share / 100 - 1e-6
    assert (grey < level).mean() < share / 100 + 1e-6


@given(PICTURES)
def test_half_of_the_pixels_are_at_most_the_median_and_half_at_least(grey: np.ndarray) -> None:
    assert 2 * np.count_nonzero(grey <= median(grey)) >= grey.size
    assert 2 * np.count_nonzero(grey >= median(grey)) >= grey.size
