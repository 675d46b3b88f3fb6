"""The whole path from files in an inbox to stored text, without Prefect: what the speed benchmark times.

The workspace was prepared before, as `sohoa init` does it once for an installation.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import shutil
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

import psutil

from flows.batches import batches
from flows.services import intake, loaded, open_services
from flows.settings import Settings
from flows.work import Outcome, begin
from pipeline import memory
from pipeline.clock import now
from pipeline.model import Artifact, Centre, Level
from pipeline.side_by_side import one_behind


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="a prepared workspace; texts are written to text/")
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--profile", required=True)
    parser.add_argument("--workers", type=int, default=1)
    given = parser.parse_args()
    memory.few_heaps()  # as `flows.warm` does
    settings = Settings(workspace=given.folder, profile=given.profile, settle_seconds=0, workers=given.workers)
    documents = receive(settings, given.files)
    loaded(settings.profile, settings.page_seconds, settings.models_folder)  # shared by whoever is forked, as ever
    gc.collect()
    gc.freeze()  # this too
    busy = read_all(settings, documents, given.workers)
    print(f"from first to last page {busy:.1%} of {given.workers} cores busy")
    write_texts(settings, documents)


def receive(settings: Settings, files: Sequence[Path]) -> list[str]:
    """Drops the files into the inbox of one centre and takes them; returns the documents' ids."""
    with open_services(settings) as services:
        centre = Centre(code="H18.25", name="Benchmark", province="H18", province_name="Benchmark", level=Level.COMMUNE)
        services.catalogue.register.put_centres([centre])
        inbox = settings.inbox_folder / centre.code
        inbox.mkdir(parents=True)
        for file in files:
            shutil.copy(file, inbox / file.name)
        watched = intake(services)
        watched.sweep(now())
        documents: list[str] = []
        while (result := watched.sweep(now())).received:  # so many at a time
            documents += result.documents
        assert len(documents) == len(files), (result.held, result.faults)
        return documents


def read_all(settings: Settings, documents: Sequence[str], workers: int) -> float:
    """Each worker takes the next batch, as runs do; workers are forked with everything imported, as those of `sohoa up`
    are. Returns how much of as many cores was busy, as a share."""
    began, used = time.monotonic(), _cpu()
    with ExitStack() as until:
        if workers == 1:
            read(settings, documents)
        else:
            pool = until.enter_context(multiprocessing.get_context("fork").Pool(workers))
            parted = batches(settings, documents, workers)
            pool.starmap(read, [(settings, batch) for batch in parted], chunksize=1)
        # before the workers end, and with them the processes that read for them
        return (_cpu() - used) / (time.monotonic() - began) / workers


def _cpu() -> float:
    """CPU-seconds of this process, of those that it has started and that live or were waited for, and of theirs."""
    used = 0.0
    for process in [psutil.Process(), *psutil.Process().children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            used += sum(process.cpu_times()[:4])
    return used


def read(settings: Settings, documents: Sequence[str]) -> None:
    with open_services(settings) as services:
        ended = one_behind(documents, lambda document: begin(services, document, now))
        for document, outcome in zip(documents, ended, strict=True):
            assert outcome is Outcome.DONE, f"{document}: {outcome}"


def write_texts(settings: Settings, documents: Sequence[str]) -> None:
    folder = settings.workspace / "text"
    folder.mkdir()
    with open_services(settings) as services:
        for number, document in enumerate(documents):
            view = services.catalogue.shelf.view(document)
            assert view is not None
            assert view.reading is not None
            services.objects.fetch(view.reading.artifacts[Artifact.TEXT], folder / f"{number:04}.txt")


if __name__ == "__main__":
    main()
