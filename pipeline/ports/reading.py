"""From untrusted bytes to pages, and from pixels to words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pipeline.geometry import Box
from pipeline.imaging.marks import Marks
from pipeline.model import Original, PageImage, PageReading, Pixels, ReaderIdentity, ScanPage


class Reader(Protocol):
    """Reads a page: sets it upright, cleans it, finds and reads its words. Deterministic. One per process and core;
    models are loaded when it is made (raises ProgramMissing, ModelMissing, ModelAltered)."""

    @property
    def identity(self) -> ReaderIdentity: ...

    def read(self, page: PageImage) -> PageReading:
        """The reading of one page; a page without words has no lines. Raises ReadingFailed, ReadingTimedOut."""
        ...

    def close(self) -> None:
        """Gives models and child processes back; may be called twice."""
        ...


class StampReader(Protocol):
    """Reads the few printed words of a stamp."""

    def words(self, grey: Pixels) -> str:
        """The words in a small upright picture, "" where there are none. Raises ProgramMissing, ModelMissing."""
        ...


class LanguageModel(Protocol):
    """How Vietnamese office text runs on, and which syllables there are. Tokens are lower-case syllables, "0" for any
    number, and the two below."""

    def log_probability(self, before: str, last: str, token: str) -> float:
        """The natural logarithm of the probability of `token` after `before` and `last`."""
        ...

    def knows(self, syllable: str) -> bool:
        """Whether this lower-case syllable is in the lexicon (of language or of names)."""
        ...

    def same_letters(self, base: str) -> Sequence[str]:
        """The syllables of the lexicon that are `base` (lower case, without marks) once their marks are off."""
        ...


START = "<s>"
"""The token before the first of a clause."""
END = "</s>"
"""The token after the last of a clause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pose:
    """How a page lies: the clockwise quarter turns (0 to 3) that set it upright, then the degrees, counter-clockwise
    as seen, that level its lines."""

    turn: int
    skew: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TextBlock:
    """A paragraph, heading or table of a page: the positions of its lines in reading order."""

    lines: tuple[int, ...]
    table: bool = False


class PageAnalyser(Protocol):
    """Finds out how a page lies and where its lines of text are. Pictures are grey, (height, width), 0 is black."""

    def pose(self, grey: Pixels, marks: Marks) -> Pose:
        """`marks` are those of the picture (see pipeline.imaging.marks)."""
        ...

    def lines(self, grey: Pixels, within: Box | None = None) -> Sequence[Box]:
        """The boxes of the lines of an upright page, in no order; bounded in number. Where only a part of it may hold
        any, nothing else is looked at."""
        ...

    def blocks(self, boxes: Sequence[Box], texts: Sequence[str], width: int, height: int) -> Sequence[TextBlock]:
        """The lines, each in one block, in the order in which a person reads them."""
        ...


class OpenScan(Protocol):
    """A file that one child process has open for all that is asked of it."""

    @property
    def original(self) -> Original:
        """Its hash, size, type and page count."""
        ...

    def pages(self, numbers: Collection[int], *, dpi: float | None = None) -> Iterator[ScanPage]:
        """As `ScanOpener.pages` gives them, while the scan is open; may be asked again."""
        ...

    def is_active(self) -> bool:
        """Whether it is a PDF that holds scripts, commands to start programs, or attached files. Nothing of it is
        executed. Raises Rejected where the file cannot be looked at after all."""
        ...


class ScanOpener(Protocol):
    """Opens untrusted bytes in a child process with limits on memory, time and file size."""

    def opened(self, path: Path) -> AbstractContextManager[OpenScan]:
        """A file that was hashed and found complete, open for more. Raises Rejected (a subclass says why), and
        NoProcess, which passes."""
        ...

    def inspect(self, path: Path) -> Original:
        """What `opened` finds, of a file of which nothing else is asked. Raises the same."""
        ...

    def pages(
        self, path: Path, numbers: Collection[int], *, dpi: float | None = None, drawn: bool = False
    ) -> AbstractContextManager[Iterator[ScanPage]]:
        """The pages with these 1-based numbers, in ascending order, one in memory at a time.

        A picture far above `dpi`, by default what reading needs, is reduced while it is decoded, never below it.
        `drawn` gives a picture also of pages whose text is enough to read them: for people to look at.
        A page that alone is broken comes with neither image nor text. Raises Rejected where the whole file is.
        """
        ...
