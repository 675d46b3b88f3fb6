"""Documents as their reading leaves them: rows, hOCR and manifest of a sample paper that was read without a mistake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flows.services import Services
from pipeline import keys
from pipeline.geometry import Box
from pipeline.model import Artifact, Code, Document, PageReading
from pipeline.output import manifest
from pipeline.understanding import clues, dossier_code, heading
from tests.output.whole_files import hocr_of
from tests.storage.catalogue_builders import drop, minutes, reading


def stored(
    services: Services, number: int, pages: Sequence[PageReading], *, slip: str = "", at: float = 60
) -> Document:
    """Drops and reads a document; `slip` is the text of the QR code at the top left of its first page."""
    document = drop(services.catalogue, number)
    (claim,) = services.catalogue.queue.claim([document.id], "reader", minutes(0), minutes(15))
    made = reading(document, *(page.text for page in pages))
    names = {a: keys.reading(document.id, made.identity.id, a) for a in (Artifact.HOCR, Artifact.MANIFEST)}
    made = replace(made, artifacts=names, read_at=minutes(at))
    services.objects.put(names[Artifact.HOCR], hocr_of(pages, document.id).encode())
    codes = [Code(page=1, format="QRCode", text=slip, box=Box(0, 0, 9, 9), near_top_left=True)] if slip else []
    found = clues.gather(
        codes, (code for text in made.texts for code in dossier_code.find(text)), heading.find(pages[0])
    )
    told = [manifest.page(page) for page in pages]
    services.objects.put(names[Artifact.MANIFEST], manifest.build(document, made.identity, told, codes, found, {}))
    services.catalogue.queue.finish(claim, made)
    return document
