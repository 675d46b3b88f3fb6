"""Reading profiles by name: what is asked of whom.

`fast` reads with the line reader and the language model, `balanced` has Tesseract's network look at doubtful lines too,
`best` at every line, `tesseract` is Tesseract itself, alone.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from ocr_models import judgement, language
from ocr_models.arbitrating import ArbitratingReader, Engines, SecondReader
from ocr_models.line_reader import DATA, NETWORK, LineReader
from ocr_models.manifest import verify
from ocr_models.own import LANGUAGE, NAMES, places, split
from ocr_models.page_engine import TrueOcrPageEngine
from ocr_models.tesseract import TesseractReader
from ocr_models.tesseract_lines import TesseractLines
from pipeline.errors import UsageError
from pipeline.model import ModelFile
from pipeline.ports import LanguageModel, Reader
from pipeline.reading.judge import UNFITTED, Judge

_ASKED = {
    "fast": SecondReader.NOTHING,
    "balanced": SecondReader.DOUBTFUL,
    "best": SecondReader.EVERYTHING,
}


def names() -> list[str]:
    """The profiles, from the cheapest to the most careful; `tesseract` is the reference."""
    return [*_ASKED, "tesseract"]


def require_known(profile: str, models: Path | None = None) -> None:
    """Raises UsageError where there is no such profile, ModelMissing where its recogniser was not taken in."""
    base, own = split(profile)
    if base not in names() or (own and base not in _ASKED):
        raise UsageError(f"there is no reading profile {profile!r}; there are {', '.join(names())}")
    places(own, models)


def make_reader(profile: str, *, page_seconds: float = 120.0, models: Path | None = None) -> Reader:
    """The reader of a profile, its models verified and loaded; a page may take it `page_seconds`. `models` holds
    recognisers of one's own, which a profile names after a plus sign (`ocr_models.own`).

    The networks and the language model are loaded once per process, Tesseract itself once per reader.
    Raises UsageError (no such profile), ModelMissing, ModelAltered.
    """
    require_known(profile, models)
    if split(profile)[0] == "tesseract":
        return TesseractReader(page_seconds=page_seconds)
    judge, judge_file = _judge()
    return _arbitrating(profile, judge, (judge_file,), page_seconds, models)


def drafting_reader(profile: str) -> ArbitratingReader:
    """A reader whose drafts alone are of use, for it judges nothing: what curves of judgement are fitted with."""
    return _arbitrating(profile, UNFITTED, (), 120.0, None)


def _arbitrating(
    profile: str, judge: Judge, judge_files: tuple[ModelFile, ...], page_seconds: float, models: Path | None
) -> ArbitratingReader:
    base, own = split(profile)
    ask = _ASKED[base]
    kept = models if own else None  # the shipped models are loaded once, wherever others lie
    analyser, line_reader = _page_engine(), _line_reader(own, kept)
    model, model_files = _language(own, kept)
    second = _tesseract_lines() if ask is not SecondReader.NOTHING else None
    ours = (*line_reader.models, *model_files, *judge_files)
    engines = Engines(
        analyser=analyser,
        line_reader=line_reader,
        language=model,
        judge=judge,
        second=second,
        files=(*ours, *analyser.models, *(second.models if second else ())),
    )
    return ArbitratingReader(profile, engines, ask=ask, page_seconds=page_seconds)


def make_language() -> LanguageModel:
    """The language model by itself. Raises ModelMissing, ModelAltered."""
    return _language("", None)[0]


@cache
def _page_engine() -> TrueOcrPageEngine:
    return TrueOcrPageEngine()


@cache
def _line_reader(own: str, models: Path | None) -> LineReader:
    network = places(own, models)[NETWORK]
    return LineReader(network.path.parent, network.manifest)


@cache
def _tesseract_lines() -> TesseractLines:
    return TesseractLines()


@cache
def _judge() -> tuple[Judge, ModelFile]:
    file = DATA / judgement.FILE
    return judgement.load(file), verify(judgement.FILE, file)


@cache
def _language(own: str, models: Path | None) -> tuple[language.TrigramLanguageModel, tuple[ModelFile, ...]]:
    found = places(own, models)
    files = tuple(verify(name, found[name].path, found[name].manifest) for name in (LANGUAGE, NAMES))
    return language.load(found[LANGUAGE].path, found[NAMES].path), files
