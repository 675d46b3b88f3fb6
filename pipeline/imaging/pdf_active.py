"""Whether a PDF holds more than pages: scripts, commands to start programs, attached files. Runs in the child."""

from __future__ import annotations

import pikepdf

_ACTIONS = ("/JavaScript", "/Launch", "/ImportData", "/SubmitForm")
_ANNOTATIONS = ("/FileAttachment", "/RichMedia", "/Movie", "/Sound", "/Screen")
_MOST_OBJECTS = 200_000
"""A file with more objects is not searched to its end."""
_DAMAGED = (pikepdf.PikepdfError, ValueError, TypeError, KeyError, AttributeError)


def holds_active_parts(pdf: pikepdf.Pdf) -> bool:
    """Looks at every object (ISO 32000-1: 12.6.4 actions, 7.11.4 embedded files, 12.5.6 annotations)."""
    for number, item in enumerate(pdf.objects):
        if number >= _MOST_OBJECTS:
            return False
        try:
            if isinstance(item, pikepdf.Dictionary | pikepdf.Stream) and _is_active(item):
                return True
        except _DAMAGED:
            continue  # what qpdf cannot make sense of, no viewer will start
    return False


def _is_active(item: pikepdf.Object) -> bool:
    if "/JS" in item or "/EmbeddedFiles" in item or "/EF" in item:
        return True
    if item.get("/S") in _ACTIONS or item.get("/Type") == "/EmbeddedFile":
        return True
    # actions are often written directly into what has them
    return item.get("/Subtype") in _ANNOTATIONS or any(
        isinstance(action, pikepdf.Dictionary) and ("/JS" in action or action.get("/S") in _ACTIONS)
        for action in (item.get("/OpenAction"), item.get("/A"))
    )
