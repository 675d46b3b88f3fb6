"""The files of a document, composed page by page.

Of a page that was read nothing is kept but what goes into the files, so that a long document takes hardly more memory
than a short one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pipeline import keys
from pipeline.model import Artifact, Clues, Code, Document, PageReading, ReaderIdentity
from pipeline.output import hocr, manifest, searchable_pdf, text
from pipeline.ports import ObjectStore
from pipeline.understanding import clues, dossier_code, heading, secrecy


class Composition:
    """Takes the pages of a document in order, then stores its files."""

    def __init__(self, document: Document, folder: Path) -> None:
        """`folder` is for what is not stored yet."""
        self.texts: list[str] = []
        self.failed_pages: list[int] = []
        self.secret_pages: list[int] = []
        """Those with a mark of secrecy."""
        self._document = document
        self._folder = folder
        self._pages: list[Mapping[str, object]] = []
        self._layers = searchable_pdf.Layers()
        self._codes: list[Code] = []
        self._text_codes: list[str] = []
        self._heading = ""
        self._words = 0
        self._sure = 0.0
        self._hocr.write_text(hocr.head(document.id, document.pages), "utf-8")

    @property
    def _hocr(self) -> Path:
        return self._folder / Artifact.HOCR

    def add(self, page: PageReading, codes: Sequence[Code]) -> None:
        """The next page, and the codes on it."""
        if not self.texts:
            self._heading = heading.find(page)
        with self._hocr.open("a", encoding="utf-8") as file:
            file.write(hocr.page(page, len(self.texts)))
        self._layers.add(page)
        self._pages.append(manifest.page(page))
        self.texts.append(page.text)
        self._codes.extend(codes)
        self._text_codes.extend(dossier_code.find(self.texts[-1]))
        self.failed_pages.extend([page.number] if page.note else [])
        self.secret_pages.extend(secrecy.marked_pages([page]))
        sure = [word.confidence for line in page.lines for word in line.words]
        self._words += len(sure)
        self._sure += sum(sure)

    @property
    def confidence(self) -> float:
        """The mean over all words of all pages, 0 where there is none."""
        return self._sure / self._words if self._words else 0.0

    @property
    def clues(self) -> Clues:
        return clues.gather(self._codes, self._text_codes, self._heading)

    def store(
        self, sources: Sequence[searchable_pdf.Source], identity: ReaderIdentity, objects: ObjectStore
    ) -> dict[Artifact, str]:
        """Stores text, hOCR, searchable PDF and, last, the manifest that names them; returns their keys. Nothing may
        be added afterwards."""
        document = self._document
        pdf = self._folder / Artifact.PDF
        searchable_pdf.write(sources, self._layers, pdf, title=document.id)
        with self._hocr.open("a", encoding="utf-8") as file:
            file.write(hocr.FOOT)
        contents: dict[Artifact, bytes | Path] = {
            Artifact.TEXT: text.render(self.texts).encode(),
            Artifact.HOCR: self._hocr,
            Artifact.PDF: pdf,
        }
        names = {artifact: keys.reading(document.id, identity.id, artifact) for artifact in Artifact}
        with ThreadPoolExecutor(len(contents), thread_name_prefix="store") as threads:  # each waits for its disk or net
            puts = {name: threads.submit(objects.put, names[name], data) for name, data in contents.items()}
        stored = {name: put.result() for name, put in puts.items()}
        objects.put(
            names[Artifact.MANIFEST],
            manifest.build(document, identity, self._pages, self._codes, self.clues, stored),
        )
        return names
