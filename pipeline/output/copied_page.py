"""Taking a page over from an original PDF: what is visible stays, what acts or is attached does not.

Works on the opened PDF in memory; the file is not changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pikepdf import Array, Dictionary, Name, Page, Pdf

_PAGE_KEYS = frozenset(
    [
        "/Type",
        "/Parent",
        "/Resources",
        "/MediaBox",
        "/CropBox",
        "/BleedBox",
        "/TrimBox",
        "/ArtBox",
        "/Contents",
        "/Rotate",
        "/Group",
        "/UserUnit",
    ]
)
_NOTES = frozenset(
    [
        "/Link",
        "/Text",
        "/FreeText",
        "/Line",
        "/Square",
        "/Circle",
        "/Polygon",
        "/PolyLine",
        "/Highlight",
        "/Underline",
        "/Squiggly",
        "/StrikeOut",
        "/Stamp",
        "/Caret",
        "/Ink",
        "/Popup",
        "/Watermark",
    ]
)
"""Annotations that stay annotations. Others (form fields, attached files, films) are painted into the page as they
look and taken away."""
_ACTS = ("/AA", "/Dest", "/PA", "/StructParent", "/AF")


def is_signed(pdf: Pdf) -> bool:
    """Whether a field of the file's form holds a signature value."""
    form = pdf.Root.get(Name.AcroForm)
    return isinstance(form, Dictionary) and any(_signature(field) for field in _fields(form.get(Name.Fields)))


def _fields(fields: object, depth: int = 0) -> Iterable[Dictionary]:
    if not isinstance(fields, Array) or depth > 32:
        return
    for field in fields:
        if isinstance(field, Dictionary):
            yield field
            yield from _fields(field.get(Name.Kids), depth + 1)


def _signature(field: Dictionary) -> bool:
    value = field.get(Name.V)
    return isinstance(value, Dictionary) and Name.ByteRange in value


def prepare(pdf: Pdf, indices: Sequence[int]) -> None:
    """Paints form fields into their pages and strips the pages at `indices` of everything that acts."""
    split = [_split(pdf.pages[index]) for index in indices]
    for index, (_, others) in zip(indices, split, strict=True):
        pdf.pages[index].obj.Annots = pdf.make_indirect(Array(others))
    pdf.generate_appearance_streams()
    pdf.flatten_annotations("screen")
    for index, (notes, _) in zip(indices, split, strict=True):
        page = pdf.pages[index].obj
        for key in set(page.keys()) - _PAGE_KEYS:
            del page[key]
        for note in notes:
            _tame(note)
        if notes:
            page.Annots = pdf.make_indirect(Array(notes))


def _split(page: Page) -> tuple[list[Dictionary], list[Dictionary]]:
    """The annotations that stay, and the others."""
    notes: list[Dictionary] = []
    others: list[Dictionary] = []
    annotations = page.obj.get(Name.Annots)
    for annotation in annotations if isinstance(annotations, Array) else ():
        if isinstance(annotation, Dictionary):
            kind = str(annotation.get(Name.Subtype, ""))
            (notes if kind in _NOTES else others).append(annotation)
    return notes, others


def _tame(note: Dictionary) -> None:
    """Leaves an annotation only an address of the web to lead to."""
    for key in _ACTS:
        if key in note:
            del note[key]
    action = note.get(Name.A)
    if action is None:
        return
    if not isinstance(action, Dictionary) or action.get(Name.S) != Name.URI:
        del note[Name.A]
    elif Name.Next in action:
        del action[Name.Next]


def keep_rendering(source: Pdf, copy: Pdf) -> None:
    """Takes over what decides for the whole file how its pages look: which layers (optional content) are shown and
    what its colours mean (output intents). A file with pages of several originals can have those of the first only.
    """
    for key in (Name.OCProperties, Name.OutputIntents):
        value = source.Root.get(key)
        if value is not None and key not in copy.Root:
            copy.Root[key] = copy.copy_foreign(source.make_indirect(value))
