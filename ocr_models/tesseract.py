"""Tesseract in this process (tesserocr): the engine, and the reader of pages that is made of it alone."""

from __future__ import annotations

import os
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path

# One reader per core: Tesseract's own threads cost more than they bring. Read when its library is loaded.
os.environ.setdefault("OMP_THREAD_LIMIT", "1")

import numpy as np
import tesserocr

from ocr_models.manifest import find_tessdata, verify
from ocr_models.tesseract_page import VARIABLES, PageMode, read_page
from pipeline.errors import ModelAltered, ReadingFailed, ReadingTimedOut
from pipeline.geometry import Box, bounding
from pipeline.imaging.cleanup import STANDARD, Recipe
from pipeline.model import Line, ModelFile, PageImage, PageReading, Pixels, ReaderIdentity, Word

__all__ = ["PageMode", "TesseractEngine", "TesseractReader"]


class TesseractEngine:
    """Tesseract with one Vietnamese model, loaded once. Not for use by two threads at a time."""

    def __init__(self, tessdata: Path | None = None) -> None:
        """`tessdata` is the folder of the models; default: where they are installed.

        Raises ModelMissing, ModelAltered.
        """
        folder = tessdata or find_tessdata()
        self.models: tuple[ModelFile, ...] = (verify("vie.traineddata", folder / "vie.traineddata"),)
        self.version = tesserocr.PyTessBaseAPI.Version()
        try:
            self._api = tesserocr.PyTessBaseAPI(
                path=f"{folder}/", lang="vie", oem=tesserocr.OEM.LSTM_ONLY, variables=VARIABLES
            )
        except RuntimeError as error:
            raise ModelAltered(f"Tesseract {self.version} cannot load vie.traineddata in {folder}: {error}") from None

    def words(
        self, grey: Pixels, *, dpi: float, mode: PageMode = PageMode.PAGE, seconds: float | None = None
    ) -> list[Line]:
        """The lines of a grey picture in reading order, in its pixels; blocks are numbered from 0.

        Raises ReadingTimedOut where it takes longer than `seconds`, ReadingFailed where Tesseract gives up. Tesseract
        looks at the clock between words, not while it analyses the layout: keep pictures within the size of a page.
        """
        height, width = grey.shape
        self._api.SetPageSegMode(mode.value)
        self._api.SetImageBytes(np.ascontiguousarray(grey).tobytes(), width, height, 1, width)
        self._api.SetSourceResolution(max(70, round(dpi)))
        started = time.monotonic()
        try:
            if not self._api.Recognize(0 if seconds is None else max(1, round(seconds * 1000))):
                if seconds is not None and time.monotonic() - started >= seconds:
                    raise ReadingTimedOut(f"Tesseract, more than {seconds:.0f} s.")
                raise ReadingFailed(f"Tesseract gave up on a picture of {width} by {height} pixels.")
            return list(_lines(self._api.GetIterator()))
        finally:
            self._api.Clear()

    def close(self) -> None:
        """Gives the model back; may be called twice."""
        self._api.End()


def _lines(found: tesserocr.PyResultIterator | None) -> Iterator[Line]:
    if found is None:
        return
    level = tesserocr.RIL
    block = -1
    words: list[Word] = []
    for item in tesserocr.iterate_level(found, level.WORD):
        if item.IsAtBeginningOf(level.BLOCK) or item.IsAtBeginningOf(level.PARA):
            block += 1
        word = _word(item)
        if word is not None:
            words.append(word)
        if item.IsAtFinalElement(level.TEXTLINE, level.WORD) and words:
            yield Line(words=tuple(words), box=bounding([word.box for word in words]), block=block)
            words = []


def _word(item: tesserocr.PyResultIterator) -> Word | None:
    try:
        text = unicodedata.normalize("NFC", item.GetUTF8Text(tesserocr.RIL.WORD).strip())
    except RuntimeError:  # a word without a text
        return None
    box = item.BoundingBox(tesserocr.RIL.WORD)
    if not text or box is None:
        return None
    return Word(text=text, box=Box(*map(float, box)), confidence=item.Confidence(tesserocr.RIL.WORD) / 100)


class TesseractReader:
    """The profile `tesseract`: fills `pipeline.ports.Reader` with Tesseract in this process."""

    def __init__(self, *, page_seconds: float = 120.0, recipe: Recipe = STANDARD, tessdata: Path | None = None) -> None:
        """Raises ModelMissing, ModelAltered."""
        self._engine = TesseractEngine(tessdata)
        self._recipe = recipe
        self._page_seconds = page_seconds

    @property
    def identity(self) -> ReaderIdentity:
        recipe = f"{self._recipe.version}/tesseract-{self._engine.version}"
        return ReaderIdentity(profile="tesseract", recipe=recipe, models=self._engine.models)

    def read(self, page: PageImage) -> PageReading:
        return read_page(page, self._engine, self._recipe, self._page_seconds)

    def close(self) -> None:
        self._engine.close()
