"""What a file is by its content. The extension is never asked."""

from __future__ import annotations

from pipeline.model import MediaType

JPEG_END = b"\xff\xd9"
"""The marker behind the last scan of a JPEG (ITU-T T.81, EOI)."""
HEAD = 1024
"""So many bytes are needed. Viewers accept a PDF header anywhere in the first 1024 (ISO 32000-1, note to 7.5.2)."""

_PICTURES = (
    (b"\xff\xd8\xff", MediaType.JPEG),
    (b"\x89PNG\r\n\x1a\n", MediaType.PNG),
    (b"II*\x00", MediaType.TIFF),
    (b"MM\x00*", MediaType.TIFF),
    (b"II+\x00", MediaType.TIFF),  # BigTIFF
    (b"MM\x00+", MediaType.TIFF),
)


def media_type(head: bytes) -> MediaType | None:
    """The type of a file that begins with `head`; None where it is no scan."""
    for magic, kind in _PICTURES:
        if head.startswith(magic):
            return kind
    return MediaType.PDF if b"%PDF-" in head[:HEAD] else None
