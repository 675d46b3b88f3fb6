"""One line from two readers and a language model.

Each place in the line has candidates. A candidate is as good as

- the ink: the log-likelihood of its characters in the line reader's frames,
- the ink once more: the same in the second reader's frames, where it was asked,
- the language: a syllable trigram over the line and the end of the line before.

A beam along the line finds the best sequence. Where both readers agree, surely, on known syllables, nothing is weighed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.ports import START, LanguageModel
from pipeline.reading.candidates import all_known, candidates
from pipeline.reading.ctc import LineFrames, SeenWord, Spellings, log_likelihoods
from pipeline.reading.phrases import CLAUSE, NO_RIVAL, Context, context_after, rivals, tokens_of
from pipeline.reading.slots import Slot
from pipeline.reading.text import has_digit, is_same_code, strip_marks

UNRIVALLED = 99.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """How the voices are weighed: natural logarithms, unless it says probability."""

    ink: float = 0.8
    ink_cap: float = 12.0
    """How far marks alone may let a candidate fall: small marks are what scanning loses first."""
    unknown: float = 1.5
    """The cost of a character that the line reader doesn't know."""
    second: float = 0.8
    second_cap: float = 12.0
    """How far the second reader alone may let any candidate fall: it may have seen another place."""
    second_in_codes: float = 0.3
    """The share of its say that the second reader has in codes and abbreviations, where it takes 1 for I."""
    language: float = 0.45
    language_in_names: float = 0.3
    """For a capitalised word within a clause: a name, which no language model foresees."""
    names: float = 0.1
    """The probability of a word beside which capitalised words stand is at least this share of `any_name`: it may be a
    name that no text has. Fitted on generated names of no list; less loses them, more gains nothing."""
    any_name: float = 1 / 6000
    """There are about six thousand syllables; as a name one is as good as another."""
    respelling_names: float = 1.5
    """The cost of a candidate that no reader read, for a capitalised word: it may be a name that no lexicon has."""
    sure: float = 0.97
    """Probability from which a word that both read alike is taken without weighing."""
    sure_alone: float = 0.995
    """The same where there is no second reader."""
    rival: float = 3.0
    """And is weighed all the same where the language would so much rather hear another spelling of its letters."""
    second_alone: float = 0.8
    """Probability from which a word that only the second reader saw is believed."""
    doubt_margin: float = 1.0
    """A line with a decision closer than this is worth a second reader."""
    doubt_code: float = 0.9
    """And one with a code or an unknown syllable less probable than this."""
    hopeless: float = 9.0
    """A candidate so far behind the best before the language is asked is left out: the rarest word costs as much."""
    candidates: int = 12
    beam: int = 8


WEIGHTS = Weights()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Choice:
    """A slot with its candidates and what each is worth before the language model speaks. `name` says whether it looks
    like a part of a name of several words."""

    slot: Slot
    texts: tuple[str, ...]
    scores: tuple[float, ...]
    name: bool = False
    ink: tuple[float, ...] = (0.0,)
    """How well the frames alone fit each text: log-likelihoods, of which only differences mean something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided for a slot. `margin` is the distance to the best other candidate (UNRIVALLED where there is
    none), `ink_margin` the same by the pixels alone: below 0 where they were overruled. `language` is the weighed
    log-probability of the text where it stands; `rival` how much rather the language would hear another spelling of
    its letters there, see `phrases.rivals`."""

    slot: Slot
    text: str
    margin: float
    known: bool
    ink_margin: float = UNRIVALLED
    language: float = 0.0
    rival: float = NO_RIVAL


def decide(
    line: LineFrames,
    second: LineFrames | None,
    places: Sequence[Slot],
    model: LanguageModel,
    weights: Weights,
    context: Context = CLAUSE,
) -> tuple[list[Decision], Context]:
    """The text of each slot of a line, and the context in which the next line goes on; `second` is what a second
    reader saw in it, if one was asked."""
    seen = [place.seen_text or place.second_text for place in places]
    against = rivals(seen, context, model)
    disputed = [rival > weights.rival for rival in against]
    choices = [
        replace(choice, name=name)
        for choice, name in zip(
            _choices(line, second, places, disputed, model, weights), _in_names(places), strict=True
        )
    ]
    path, after = _best_path(choices, model, weights, context)
    if path != seen:
        against = rivals(path, context, model)
    return list(_decisions(choices, path, against, model, weights, context)), after


def _in_names(places: Sequence[Slot]) -> list[bool]:
    """Of each place whether a capital letter was seen there and in one beside it: names have two words and more."""
    capital = [False, *(place.seen_text[:1].isupper() for place in places), False]
    return [here and (before or after) for before, here, after in zip(capital, capital[1:], capital[2:], strict=False)]


def _choices(
    line: LineFrames,
    second: LineFrames | None,
    places: Sequence[Slot],
    disputed: Sequence[bool],
    model: LanguageModel,
    weights: Weights,
) -> list[Choice]:
    """What may stand in each place. What is open is weighed for the whole line at once."""
    texts = [
        _texts(place, second is None, against, model, weights) for place, against in zip(places, disputed, strict=True)
    ]
    is_open = [at for at, may_stand in enumerate(texts) if len(may_stand) > 1]
    ink = _fit(line, [(places[at].seen, texts[at]) for at in is_open], weights)
    asked = [at for at in is_open if second is not None and places[at].second]
    seconds = _fit(second, [(places[at].second, texts[at]) for at in asked], weights) if second is not None else []
    likelihoods, others = dict(zip(is_open, ink, strict=True)), dict(zip(asked, seconds, strict=True))
    return [
        _weighed(place, texts[at], likelihoods[at], others.get(at), model, weights)
        if at in likelihoods
        else Choice(slot=place, texts=tuple(texts[at]), scores=(0.0,))
        for at, place in enumerate(places)
    ]


def _texts(place: Slot, alone: bool, disputed: bool, model: LanguageModel, weights: Weights) -> list[str]:
    """The texts that may stand in a place; one where nothing is to be weighed. `alone`: there is no second reader;
    `disputed`: the language would rather hear something else."""
    seen, second = place.seen_text, place.second_text
    if is_same_code(seen, second):  # neither Tesseract nor a language model tells 1 from I there
        second = seen
    if not place.seen:
        believed = min(word.confidence for word in place.second) >= weights.second_alone
        return [second if believed else ""]
    surely = min(word.confidence for word in place.seen)
    agreed = surely > (weights.sure_alone if alone else weights.sure) and (alone or seen == second)
    if agreed and not disputed and all_known(seen, model):
        return [seen]
    return candidates([seen, second], model)


def _weighed(
    place: Slot,
    texts: list[str],
    likelihoods: NDArray[np.float64],
    second_fit: NDArray[np.float64] | None,
    model: LanguageModel,
    weights: Weights,
) -> Choice:
    """The likeliest of the texts by the frames of both readers; `second_fit` is None where the second saw nothing."""
    seen, second = place.seen_text, place.second_text
    scored = _ink(likelihoods, texts, weights)
    if second_fit is not None:
        say = weights.second
        if any(has_digit(text) or not all_known(text, model) for text in (seen, second)):
            say *= weights.second_in_codes
        scored = scored + say * np.maximum(second_fit - second_fit.max(), -weights.second_cap)
    kept = _shortlist(scored, texts, {seen, second}, weights.candidates)
    scores = [float(scored[k]) for k in kept]
    if seen[0].isupper():
        new = weights.respelling_names
        scores = [score if texts[k] in (seen, second) else score - new for k, score in zip(kept, scores, strict=True)]
    least = max(scores) - weights.hopeless
    hopeful = [(k, score) for k, score in zip(kept, scores, strict=True) if score >= least]
    return Choice(
        slot=place,
        texts=tuple(texts[k] for k, _ in hopeful),
        scores=tuple(score for _, score in hopeful),
        ink=tuple(float(likelihoods[k]) for k, _ in hopeful),
    )


def _fit(
    line: LineFrames, places: Sequence[tuple[Sequence[SeenWord], Sequence[str]]], weights: Weights
) -> list[NDArray[np.float64]]:
    """For each place how well each of its texts fits the frames in which its words were seen."""
    spellings = [Spellings(first=words[0].first, last=words[-1].last, texts=texts) for words, texts in places]
    return log_likelihoods(line, spellings, unknown=weights.unknown)


def _ink(likelihoods: NDArray[np.float64], texts: list[str], weights: Weights) -> NDArray[np.float64]:
    """Relative to the best; candidates with the best one's base letters fall no further than the cap."""
    relative = likelihoods - likelihoods.max()
    best = strip_marks(texts[int(likelihoods.argmax())])
    same = np.array([strip_marks(text) == best for text in texts])
    return np.asarray(np.where(same, np.maximum(relative, -weights.ink_cap), relative) * weights.ink, np.float64)


def _shortlist(ink: NDArray[np.float64], texts: list[str], always: set[str], size: int) -> list[int]:
    order = np.argsort(-ink, kind="stable")[:size].tolist()
    return sorted({*order, *(k for k, text in enumerate(texts) if text in always)})


def _speak(model: LanguageModel, context: Context, text: str, weights: Weights, *, name: bool) -> tuple[float, Context]:
    """The weighed log-probability of `text` after `context`, and the context behind it."""
    before, last = context
    total = 0.0
    for token, capitalised in tokens_of(text):
        if not token:
            before, last = CLAUSE
            continue
        spoken = model.log_probability(before, last, token)
        if name and capitalised:
            spoken = math.log((1 - weights.names) * math.exp(spoken) + weights.names * weights.any_name)
        within = capitalised and last != START
        total += (weights.language_in_names if within else weights.language) * spoken
        before, last = last, token
    return total, (before, last)


def _best_path(
    choices: Sequence[Choice], model: LanguageModel, weights: Weights, context: Context
) -> tuple[list[str], Context]:
    beams: list[tuple[float, Context, tuple[str, ...]]] = [(0.0, context, ())]
    for choice in choices:
        if len(beams) == len(choice.texts) == 1:  # nothing to weigh: most words of a clear page
            ((score, at, path),) = beams
            beams = [(score, context_after(at, choice.texts[0]), (*path, choice.texts[0]))]
            continue
        best: dict[Context, tuple[float, Context, tuple[str, ...]]] = {}
        for score, at, path in beams:
            for text, worth in zip(choice.texts, choice.scores, strict=True):
                spoken, after = _speak(model, at, text, weights, name=choice.name)
                total = score + worth + spoken
                if after not in best or best[after][0] < total:
                    best[after] = (total, after, (*path, text))
        beams = sorted(best.values(), key=lambda beam: -beam[0])[: weights.beam]
    _, after, path = beams[0]
    return list(path), after


def _decisions(
    choices: Sequence[Choice],
    path: Sequence[str],
    against: Sequence[float],
    model: LanguageModel,
    weights: Weights,
    context: Context,
) -> Iterator[Decision]:
    """What the path says of each slot, beside its best other candidate, the neighbours as decided."""
    for at, (choice, text) in enumerate(zip(choices, path, strict=True)):
        last = at + 1 == len(path)
        following, named = ("", False) if last else (path[at + 1], choices[at + 1].name)

        def worth(
            k: int, here: Context = context, choice: Choice = choice, following: str = following, named: bool = named
        ) -> float:
            spoken, after = _speak(model, here, choice.texts[k], weights, name=choice.name)
            return choice.scores[k] + spoken + _speak(model, after, following, weights, name=named)[0]

        margin = ink_margin = UNRIVALLED
        if len(choice.texts) > 1:
            decided = choice.texts.index(text)
            others = [k for k in range(len(choice.texts)) if k != decided]
            margin = max(0.0, worth(decided) - max(map(worth, others)))
            ink_margin = choice.ink[decided] - max(choice.ink[k] for k in others)
        spoken, context = _speak(model, context, text, weights, name=choice.name)
        yield Decision(
            slot=choice.slot,
            text=text,
            margin=margin,
            known=all_known(text, model),
            ink_margin=ink_margin,
            language=spoken,
            rival=against[at],
        )
