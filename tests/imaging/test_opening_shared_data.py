"""Every scan and every bad input that the project measures with: a clean result or a refusal, in bounded memory."""

from __future__ import annotations

import re
import threading
import time
import unicodedata
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest

from pipeline.errors import Rejected
from pipeline.imaging.opener import SandboxedOpener
from pipeline.imaging.sniff import HEAD, media_type

DATA = Path(__file__).parents[3] / "shared" / "data"
MOST_BYTES = 1_000_000_000
MOST_PAGES = 2
"""Of one file: the rest of a book says nothing new."""

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="measures on ../shared/data, which is not here")


class PeakMemory:
    """How far the resident memory of this process and of what it starts rises above what it was, sampled."""

    def __init__(self) -> None:
        self.peak = 0
        # What other tests have loaded and started in this process is not what opening a file takes.
        self._before = psutil.Process().memory_info().rss
        self._others = {child.pid for child in psutil.Process().children(recursive=True)}
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._sample)

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _sample(self) -> None:
        me = psutil.Process()
        while not self._done.is_set():
            total = -self._before
            started = [child for child in me.children(recursive=True) if child.pid not in self._others]
            for process in (me, *started):
                try:
                    memory = process.memory_info()
                    total += memory.rss if process is me else memory.rss - memory.shared
                except psutil.NoSuchProcess:
                    continue
            self.peak = max(self.peak, total)
            time.sleep(0.02)


@pytest.mark.parametrize("folder", ["bad-inputs", "real-scans", "real-scans-unread", "born-digital"])
def test_every_file_is_opened_or_refused_in_bounded_memory(folder: str, tmp_path: Path) -> None:
    opener = SandboxedOpener(scratch=tmp_path)
    outcomes: Counter[str] = Counter()
    with PeakMemory() as memory:
        for path in sorted(p for p in (DATA / folder).rglob("*") if p.is_file()):
            try:
                original = opener.inspect(path)
                with opener.pages(path, range(1, min(original.pages, MOST_PAGES) + 1)) as pages:
                    for page in pages:
                        outcomes["image" if page.image else "text" if page.text else "lost"] += 1
            except Rejected as error:
                outcomes[error.code] += 1
    print(folder, dict(outcomes), f"{memory.peak / 1e6:.0f} MB")
    assert outcomes["image"] + outcomes["text"] > 0
    assert outcomes["lost"] == 0
    assert memory.peak < MOST_BYTES


def test_real_scans_are_all_taken() -> None:
    opener = SandboxedOpener()
    scans = [
        path
        for folder in ("real-scans", "real-scans-unread", "born-digital")
        for path in (DATA / folder).iterdir()
        if path.suffix != ".txt" and media_type(path.read_bytes()[:HEAD])
    ]
    assert len(scans) > 30
    assert all(opener.inspect(path).pages >= 1 for path in scans)


@pytest.mark.parametrize("scene", ["Landscape", "Portrait"])
def test_all_exif_orientations_of_a_photograph_look_the_same(scene: str) -> None:
    opener = SandboxedOpener()
    seen = []
    for number in range(9):
        with opener.pages(DATA / "bad-inputs" / "exif-orientation" / f"{scene}_{number}.jpg", [1]) as pages:
            (page,) = pages
        assert page.image is not None
        grey = cv2.cvtColor(page.image.pixels, cv2.COLOR_RGB2GRAY)
        seen.append(cv2.resize(grey, (80, 80), interpolation=cv2.INTER_AREA).astype(float))
        assert (page.width > page.height) == (scene == "Landscape")
    assert all(np.abs(picture - seen[1]).mean() < 12 for picture in seen)


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", unicodedata.normalize("NFC", text)))


def test_the_text_layer_of_born_digital_pages_is_their_text() -> None:
    opener = SandboxedOpener()
    found = wanted = both = 0
    for path in sorted((DATA / "born-digital").glob("*.pdf")):
        with opener.pages(path, [1]) as pages:
            page = next(pages)
        assert page.image is None, path.name
        text = words("\n".join(line.text for line in (*page.text, *page.overlays)))
        truth = words(path.with_suffix(".gt.txt").read_text("utf-8"))
        found, wanted, both = found + text.total(), wanted + truth.total(), both + (text & truth).total()
    assert 2 * both / (found + wanted) > 0.998
