"""What each reader made of each page, kept on disk as it is measured: a run that was cut off goes on where it was."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.material import ROOT
from benchmarks.pages import TestPage
from pipeline.reading.score import Score

FOLDER = ROOT / "build" / "accuracy"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageResult:
    """What one reader made of one page; `group` is what results are gathered by. `sure` has the confidence of each
    printed word and `right` the share of it that is right, for readers that say how sure they are."""

    name: str
    group: str
    score: Score
    base: Score
    """The same without any marks: the distance to `score` is what marks are misread."""
    errors: int
    characters: int
    seconds: float
    sure: tuple[float, ...] = ()
    right: tuple[float, ...] = ()


class Kept:
    """The results of one reader on one kind of pages. They are for the same reader, by its identity, and for the same
    picture and truth; others that lie there are left where they are and not used."""

    def __init__(self, kind: str, reader: str, identity: str, folder: Path = FOLDER) -> None:
        self._path = folder / kind / f"{reader.replace(' ', '-')}.jsonl"
        self._identity = identity
        self._found = dict(self._lines()) if self._path.is_file() else {}

    def get(self, page: TestPage) -> PageResult | None:
        return self._found.get(self._key(page))

    def put(self, page: TestPage, result: PageResult) -> None:
        key = self._key(page)
        self._found[key] = result
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"key": key, **asdict(result)}, ensure_ascii=False) + "\n")

    def _key(self, page: TestPage) -> str:
        """One for each reader, group, picture and truth."""
        about = f"{self._identity}\0{page.group}\0{page.name}\0{page.dpi}\0{page.pixels.shape}\0{page.truth}\0"
        return hashlib.sha256(about.encode() + page.pixels.tobytes()).hexdigest()[:32]

    def _lines(self) -> Iterator[tuple[str, PageResult]]:
        for line in self._path.read_text("utf-8").splitlines():
            try:
                found = json.loads(line)
            except ValueError:  # the line at which a run was cut off
                continue
            key = found.pop("key")
            found |= {name: Score(**found[name]) for name in ("score", "base")}
            found |= {name: tuple(found[name]) for name in ("sure", "right")}
            yield key, PageResult(**found)
