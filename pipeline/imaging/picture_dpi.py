"""How large a picture file is on paper.

Cameras, chat programs and phone scanners write no resolution, 72 dpi, or nonsense. The same rule has to hold where
the picture is read and where it becomes a page of the searchable PDF, so it stands here, without a decoder.
"""

from __future__ import annotations

A4_LONG_MM = 297.0
MM_PER_INCH = 25.4
LOWEST, HIGHEST = 50.0, 2400.0
LONGEST_PAGE_MM = 5000.0
UNKNOWN_DPI = 200.0
A4_RATIO = 2**0.5
_A4_TOLERANCE = 0.06
"""A picture within 6 % of the ratio of A4 is taken for A4: a photo of 4:3 is, one of 3:2 or 16:9 is not."""
SCREEN_DPI = frozenset({72.0, 96.0})
"""What programs write that know no resolution. Believed only where the page would not be larger than A3."""
_A3_LONG_MM = 420.0


def picture_dpi(width: int, height: int, tag_x: float = 0.0, tag_y: float = 0.0) -> tuple[float, float]:
    """(dpi across, dpi down) of an upright picture of `width` by `height` pixels.

    `tag_x` and `tag_y` are what the file says, 0 where it says nothing, turned along with the picture. They are taken
    where they are possible: 50 to 2400 dpi, no side longer than 5 m. Otherwise the long side is that of A4 where the
    ratio of the sides is near A4's, else 200 dpi is assumed.
    """
    if _believable(width, height, tag_x, tag_y):
        return float(tag_x), float(tag_y)
    long, short = max(width, height), min(width, height)
    if abs(long / short / A4_RATIO - 1) <= _A4_TOLERANCE:
        dpi = long / A4_LONG_MM * MM_PER_INCH
        if LOWEST <= dpi <= HIGHEST:
            return dpi, dpi
    return UNKNOWN_DPI, UNKNOWN_DPI


def _believable(width: int, height: int, tag_x: float, tag_y: float) -> bool:
    if not (LOWEST <= tag_x <= HIGHEST and LOWEST <= tag_y <= HIGHEST):
        return False
    longest = max(width / tag_x, height / tag_y) * MM_PER_INCH
    if tag_x == tag_y and tag_x in SCREEN_DPI:
        return longest <= _A3_LONG_MM
    return longest <= LONGEST_PAGE_MM
