"""HTML printed as a PDF, by WeasyPrint."""

from __future__ import annotations

from typing import Any, cast

from PIL import ImageFile


def printed(html: str, **options: Any) -> bytes:
    """The PDF of a page; `options` are those of WeasyPrint's write_pdf."""
    # Importing it takes half a second, which nobody else should pay, and tells Pillow, for the whole process, to fill
    # up truncated pictures: a scan that was cut off would then look whole.
    before = ImageFile.LOAD_TRUNCATED_IMAGES
    import weasyprint  # noqa: PLC0415

    ImageFile.LOAD_TRUNCATED_IMAGES = before
    return cast(bytes, weasyprint.HTML(string=html).write_pdf(**options))
