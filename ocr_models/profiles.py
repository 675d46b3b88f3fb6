"""Reading profiles by name: what is asked of whom.

`fast` reads with the line reader and the language model, `balanced` has Tesseract look at doubtful lines too, `best`
has it read every page, `tesseract` is Tesseract alone.
"""

from __future__ import annotations

from functools import cache

from ocr_models import language
from ocr_models.arbitrating import ArbitratingReader, Engines, SecondReader
from ocr_models.line_reader import DATA, LineReader
from ocr_models.manifest import verify
from ocr_models.page_engine import TrueOcrPageEngine
from ocr_models.tesseract import TesseractEngine, TesseractReader
from pipeline.errors import UsageError
from pipeline.model import ModelFile
from pipeline.ports import LanguageModel, Reader

_ASKED = {
    "fast": SecondReader.NOTHING,
    "balanced": SecondReader.DOUBTFUL,
    "best": SecondReader.EVERYTHING,
}


def names() -> list[str]:
    """The profiles, from the cheapest to the most careful; `tesseract` is the reference."""
    return [*_ASKED, "tesseract"]


def make_reader(profile: str, *, page_seconds: float = 120.0) -> Reader:
    """The reader of a profile, its models verified and loaded; a page may take it `page_seconds`.

    The line reader, the page engine and the language model are loaded once per process, Tesseract once per reader.
    Raises UsageError (no such profile), ModelMissing, ModelAltered.
    """
    if profile not in names():
        raise UsageError(f"there is no reading profile {profile!r}; there are {', '.join(names())}")
    if profile == "tesseract":
        return TesseractReader(page_seconds=page_seconds)
    ask = _ASKED[profile]
    analyser, line_reader = _page_engine(), _line_reader()
    model, model_files = _language()
    tesseract = TesseractEngine() if ask is not SecondReader.NOTHING else None
    files = (*line_reader.models, *model_files, *analyser.models, *(tesseract.models if tesseract else ()))
    engines = Engines(analyser=analyser, line_reader=line_reader, language=model, tesseract=tesseract, files=files)
    return ArbitratingReader(profile, engines, ask=ask, page_seconds=page_seconds)


def make_language() -> LanguageModel:
    """The language model by itself. Raises ModelMissing, ModelAltered."""
    return _language()[0]


@cache
def _page_engine() -> TrueOcrPageEngine:
    return TrueOcrPageEngine()


@cache
def _line_reader() -> LineReader:
    return LineReader()


@cache
def _language() -> tuple[language.TrigramLanguageModel, tuple[ModelFile, ...]]:
    counts, listed = DATA / "language.npz", DATA / "names.txt"
    files = (verify("language.npz", counts), verify("names.txt", listed))
    return language.load(counts, listed), files
