"""Whether a PDF holds more than pages: scripts, commands to start programs, attached files. Runs in the child."""

from __future__ import annotations

import pikepdf

_NAMES = ("/JS", "/EmbeddedFiles", "/EF")
_ACTIONS = ("/JavaScript", "/Launch", "/ImportData", "/SubmitForm")
_ANNOTATIONS = ("/FileAttachment", "/RichMedia", "/Movie", "/Sound", "/Screen")
_MOST_OBJECTS = 200_000
"""A file with more objects is not searched to its end."""
_DEEPEST = 8
_DAMAGED = (pikepdf.PikepdfError, ValueError, TypeError, KeyError, AttributeError)


def holds_active_parts(pdf: pikepdf.Pdf) -> bool:
    """Looks at every object (ISO 32000-1: 12.6.4 actions, 7.11.4 embedded files, 12.5.6 annotations)."""
    for number, item in enumerate(pdf.objects):
        if number >= _MOST_OBJECTS:
            return False
        try:
            if _is_active(item, _DEEPEST):
                return True
        except _DAMAGED:
            continue  # what qpdf cannot make sense of, no viewer will start
    return False


def _is_active(item: pikepdf.Object, depth: int) -> bool:
    """Of an object or of what is written directly into it; what it refers to is an object of its own."""
    if isinstance(item, pikepdf.Array):
        inside = list(item)
    elif isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
        if any(name in item for name in _NAMES) or item.get("/Type") == "/EmbeddedFile":
            return True
        if item.get("/S") in _ACTIONS or item.get("/Subtype") in _ANNOTATIONS:
            return True
        inside = [value for _, value in item.items()]
    else:
        return False
    nested = [one for one in inside if isinstance(one, pikepdf.Array | pikepdf.Dictionary) and not one.is_indirect]
    return depth > 0 and any(_is_active(one, depth - 1) for one in nested)
