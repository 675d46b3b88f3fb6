"""Reading one file at once: no server, no database, no workspace."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from flows.services import reader_of, scan_opener
from flows.settings import Settings
from pipeline import keys
from pipeline.clock import now
from pipeline.digitize import Progress, read_pages
from pipeline.model import Artifact, whole
from storage.objects.folder import FolderStore

NAMES = {Artifact.TEXT: ".txt", Artifact.HOCR: ".hocr", Artifact.PDF: ".searchable.pdf"}


def digitize_file(
    file: Path, output: Path, *, profile: str | None = None, progress: Progress | None = None
) -> list[Path]:
    """Writes text, hOCR and searchable PDF of a scan into the folder `output`, named after the file.

    What is there under these names is replaced. Raises what `pipeline.digitize.read_pages` and opening a scan raise.
    """
    with tempfile.TemporaryDirectory(prefix="sohoa-") as folder:
        settings = Settings(workspace=Path(folder))
        opener = scan_opener(settings)
        original = opener.inspect(file)
        objects = FolderStore(settings.objects_folder)
        objects.prepare()
        objects.put(keys.original(original.sha256), file)
        with read_pages(
            whole(original),
            objects=objects,
            opener=opener,
            reader=reader_of(profile or settings.profile, settings.page_seconds),
            scratch=settings.scratch_folder,
            progress=progress,
        ) as pages:
            done = pages.store({original.sha256: original}, objects, now())
        output.mkdir(parents=True, exist_ok=True)
        made = []
        for artifact, suffix in NAMES.items():
            path = output / f"{file.stem}{suffix}"
            fetched = settings.scratch_folder / artifact.value
            objects.fetch(done.reading.artifacts[artifact], fetched)
            shutil.move(fetched, path)
            made.append(path)
    return made
