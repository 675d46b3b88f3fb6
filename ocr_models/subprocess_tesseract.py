"""Tesseract as a program of its own (pytesseract): slower by a process start and a model load for each picture, but
what hangs or crashes in it can be ended without ending us."""

from __future__ import annotations

import os
import shlex
import unicodedata
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pytesseract
from PIL import Image

from ocr_models.manifest import find_tessdata, verify
from ocr_models.tesseract_page import PageMode, read_page
from pipeline.errors import ProgramMissing, ReadingFailed, ReadingTimedOut
from pipeline.geometry import Box, bounding
from pipeline.imaging.cleanup import STANDARD, Recipe
from pipeline.model import Line, ModelFile, PageImage, PageReading, Pixels, ReaderIdentity, Word

# One reader per core: Tesseract's own threads cost more than they bring. The program inherits it.
os.environ.setdefault("OMP_THREAD_LIMIT", "1")


class SubprocessTesseractEngine:
    """Fills `ocr_models.tesseract_page.Engine` with the `tesseract` program found on the PATH."""

    def __init__(self, tessdata: Path | None = None) -> None:
        """Raises ProgramMissing, ModelMissing, ModelAltered."""
        self.version = _program_version()
        self._folder = tessdata or find_tessdata()
        self.models: tuple[ModelFile, ...] = (verify("vie.traineddata", self._folder / "vie.traineddata"),)

    def words(
        self, grey: Pixels, *, dpi: float, mode: PageMode = PageMode.PAGE, seconds: float | None = None
    ) -> list[Line]:
        """The lines of a grey picture in reading order, in its pixels; blocks are numbered from 0.

        Raises ReadingTimedOut where it takes longer than `seconds`, ReadingFailed where Tesseract gives up.
        """
        config = f"--tessdata-dir {shlex.quote(str(self._folder))} --oem 1 --psm {mode.value} --dpi {round(dpi)}"
        try:
            table = pytesseract.image_to_data(
                Image.fromarray(grey),
                lang="vie",
                config=config,
                timeout=seconds or 0,
                output_type=pytesseract.Output.DICT,
            )
        except pytesseract.TesseractNotFoundError:
            raise _missing() from None
        except pytesseract.TesseractError as error:
            raise ReadingFailed(f"Tesseract ended with status {error.status}.") from None
        except RuntimeError:  # pytesseract's only sign of a time-out
            raise ReadingTimedOut(f"Tesseract, more than {seconds:.0f} s.") from None
        return list(_lines(table))

    def close(self) -> None:
        """Nothing is held between two pictures."""


class SubprocessTesseractReader:
    """The profile `tesseract-subprocess`: fills `pipeline.ports.Reader` with the `tesseract` program."""

    def __init__(self, *, page_seconds: float = 120.0, recipe: Recipe = STANDARD, tessdata: Path | None = None) -> None:
        """Raises ProgramMissing, ModelMissing, ModelAltered."""
        self._engine = SubprocessTesseractEngine(tessdata)
        self._recipe = recipe
        self._page_seconds = page_seconds

    @property
    def identity(self) -> ReaderIdentity:
        recipe = f"{self._recipe.version}/tesseract-{self._engine.version}"
        return ReaderIdentity(profile="tesseract-subprocess", recipe=recipe, models=self._engine.models)

    def read(self, page: PageImage) -> PageReading:
        return read_page(page, self._engine, self._recipe, self._page_seconds)

    def close(self) -> None:
        self._engine.close()


def _program_version() -> str:
    try:
        return str(pytesseract.get_tesseract_version())
    except (pytesseract.TesseractNotFoundError, SystemExit):  # SystemExit: its answer is no version
        raise _missing() from None


def _missing() -> ProgramMissing:
    return ProgramMissing("tesseract; apt-get install tesseract-ocr tesseract-ocr-vie")


def _lines(table: dict[str, list[Any]]) -> Iterator[Line]:
    """The rows of Tesseract's table that are words (level 5), line by line."""
    columns = ("level", "block_num", "par_num", "line_num", "left", "top", "width", "height", "conf", "text")
    rows = (dict(zip(columns, row, strict=True)) for row in zip(*(table[name] for name in columns), strict=True))
    words = (row for row in rows if row["level"] == 5 and str(row["text"]).strip())
    blocks: dict[tuple[int, int], int] = {}
    for (block, paragraph, _), line in groupby(words, key=lambda r: (r["block_num"], r["par_num"], r["line_num"])):
        found = tuple(_word(row) for row in line)
        number = blocks.setdefault((block, paragraph), len(blocks))
        yield Line(words=found, box=bounding([word.box for word in found]), block=number)


def _word(row: dict[str, Any]) -> Word:
    left, top, width, height = (float(row[name]) for name in ("left", "top", "width", "height"))
    return Word(
        text=unicodedata.normalize("NFC", str(row["text"]).strip()),
        box=Box(left, top, left + width, top + height),
        confidence=max(0.0, float(row["conf"]) / 100),
    )
