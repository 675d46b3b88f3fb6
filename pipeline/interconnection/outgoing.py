"""What goes out about a dossier: its papers that were read here, as links."""

from __future__ import annotations

from pipeline import keys
from pipeline.errors import NotFound
from pipeline.model import Artifact, Dossier, Match, MediaType, Original, PaperKind, Record
from pipeline.ports import DocumentView, DossierPapers


def papers_record(dossier: Dossier, papers: DossierPapers, originals: dict[str, Original], links: str) -> Record:
    """The record of a dossier's papers. `originals` are those that the documents name, `links` is the address before
    the keys of the store.

    A link is the address and the object's key: a function of the content, so that it stays what it is. Whoever serves
    it decides who may follow it.
    """
    names = {c.code: c.name for c in dossier.components} | {r.code: r.name for r in dossier.results}
    reused = {c.code for c in dossier.components if c.reused}

    def paper(match: Match) -> Record:
        view = papers.views[match.document]
        return {
            "code": match.paper,
            "name": names.get(match.paper, match.paper),
            "document": match.document,
            "link": f"{links.rstrip('/')}/{object_key(view, originals)}",
            "reuse": "component" if match.kind is PaperKind.COMPONENT and match.paper in reused else "none",
        }

    components = [paper(m) for m in papers.matches if m.kind is PaperKind.COMPONENT]
    as_components = {item["document"] for item in components}
    # A submitted paper is no result: feeds that say so inflate their rates.
    results = [paper(m) for m in papers.matches if m.kind is PaperKind.RESULT and m.document not in as_components]
    readings = [view.reading for view in papers.views.values()]
    return {
        "code": dossier.code,
        "any_digitized": bool(components),
        "components": components,
        "results": results,
        "withdrawn": list(papers.withdrawn),
        "digitized_at": max((r.read_at for r in readings if r is not None), default=None),
    }


def object_key(view: DocumentView, originals: dict[str, Original]) -> str:
    """Where a document lies: its original, signatures and all, where it is one whole PDF; else its searchable copy.

    Raises NotFound where it was not read."""
    parts = view.document.parts
    original = originals.get(parts[0].sha256)
    whole = len(parts) == 1 and original is not None and parts[0].first == 1 and parts[0].last == original.pages
    if whole and original is not None and original.media_type is MediaType.PDF:
        return keys.original(original.sha256)
    if view.reading is None:
        raise NotFound(f"document {view.document.id} has not been read yet.")
    return view.reading.artifacts.get(Artifact.PDF) or keys.original(parts[0].sha256)
