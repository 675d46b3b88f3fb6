"""The words of a stamp, by Tesseract in this process, loaded when the first stamp is seen."""

from __future__ import annotations

import threading

from ocr_models.tesseract import PageMode, TesseractEngine
from pipeline.errors import ReadingFailed
from pipeline.model import Pixels

_DPI = 200.0
_SECONDS = 10.0


class StampWords:
    """Fills `pipeline.ports.StampReader`; safe between threads."""

    def __init__(self) -> None:
        self._engine: TesseractEngine | None = None
        self._lock = threading.Lock()

    def words(self, grey: Pixels) -> str:
        """The words in a small upright picture; "" where it cannot be read."""
        with self._lock:
            if self._engine is None:
                self._engine = TesseractEngine()
            try:
                lines = self._engine.words(grey, dpi=_DPI, mode=PageMode.LINE, seconds=_SECONDS)
            except ReadingFailed:
                return ""
        return " ".join(line.text for line in lines)
