"""Making a copy of a PDF harmless: what is visible stays, what acts or is attached does not.

Works on the opened PDF in memory; the file is not changed.
"""

from __future__ import annotations

from collections.abc import Iterable

from pikepdf import Array, Dictionary, Name, Pdf

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
_FILE_KEYS = frozenset(("/Type", "/Pages", "/OCProperties", "/OutputIntents"))
_DEEPEST = 64
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
    if not isinstance(fields, Array) or depth > _DEEPEST:
        return
    for field in fields:
        if isinstance(field, Dictionary):
            yield field
            yield from _fields(field.get(Name.Kids), depth + 1)


def _signature(field: Dictionary) -> bool:
    value = field.get(Name.V)
    return isinstance(value, Dictionary) and Name.ByteRange in value


def prepare(pdf: Pdf) -> None:
    """Paints form fields into their pages and strips the pages of everything that acts."""
    pages = [page.obj for page in pdf.pages]
    split = [_split(page) for page in pages]
    for page, (_, others) in zip(pages, split, strict=True):
        _own_resources(page)
        page.Annots = pdf.make_indirect(Array(others))
    pdf.generate_appearance_streams()
    pdf.flatten_annotations("screen")
    for page, (notes, _) in zip(pages, split, strict=True):
        for key in set(page.keys()) - _PAGE_KEYS:
            del page[key]
        for note in notes:
            _tame(note)
        if notes:
            page.Annots = pdf.make_indirect(Array(notes))


def _own_resources(page: Dictionary) -> None:
    """A page may inherit its resources from the tree that it hangs in (ISO 32000-1, table 30)."""
    above: object = page
    for _ in range(_DEEPEST):
        if not isinstance(above, Dictionary) or Name.Resources in page:
            return
        if Name.Resources in above:
            page.Resources = above.Resources
        above = above.get(Name.Parent)


def _split(page: Dictionary) -> tuple[list[Dictionary], list[Dictionary]]:
    """The annotations that stay, and the others."""
    notes: list[Dictionary] = []
    others: list[Dictionary] = []
    annotations = page.get(Name.Annots)
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


def strip_file(pdf: Pdf) -> None:
    """Leaves of the file as a whole only what decides how its pages look: which layers (optional content) are shown,
    what its colours mean (output intents). Scripts, attachments, the form, outlines and metadata go."""
    for key in set(pdf.Root.keys()) - _FILE_KEYS:
        del pdf.Root[key]
    for entry in (Name.Info, Name.ID):
        if entry in pdf.trailer:
            del pdf.trailer[entry]
