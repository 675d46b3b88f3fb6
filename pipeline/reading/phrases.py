"""Words as the language model hears them, and which other spellings it would rather hear in their place."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain

from pipeline.ports import END, START, LanguageModel
from pipeline.reading.text import TOKEN, strip_marks

Context = tuple[str, str]
"""The last two tokens."""
CLAUSE: Context = (END, START)
"""The context at the beginning of a clause."""
NO_RIVAL = -8.0
"""What a word has that has no rival; no rival counts as further behind, and none as further ahead than 8."""
FORESEEN = -0.7
"""The log-probability of half: a token likelier than this has no rival."""
REACH = 4.0
"""A rival so far behind by what goes before is not made good by what follows."""


@lru_cache(maxsize=1 << 14)
def tokens_of(text: str) -> tuple[tuple[str, bool], ...]:
    """The tokens of `text` as the model knows them, and whether each looks like a name; "" where a clause ends."""
    return tuple(
        (
            "" if not token.isalnum() else "0" if token.isdigit() else token.lower(),
            token[0].isupper() and not token.isupper(),
        )
        for token in TOKEN.findall(text)
    )


def context_after(context: Context, text: str) -> Context:
    """The context behind `text`."""
    for token, _ in tokens_of(text):
        context = (context[1], token) if token else CLAUSE
    return context


def rivals(texts: Sequence[str], context: Context, model: LanguageModel) -> list[float]:
    """Of each word of a line that goes on from `context`, how much likelier than it another spelling of its letters
    would be between the words beside it: the difference of their log-probabilities, from NO_RIVAL to -NO_RIVAL.

    Marks are what readers get wrong and are sure of, where print is small or blurred: they see none, and read "can cu"
    for "căn cứ". What reads like that has a rival far ahead. A syllable that the lexicon does not have has none: any
    other is likelier, and a name may be such a syllable.
    """
    heard = [[(token,) if token else CLAUSE for token, _ in tokens_of(text)] for text in texts]
    tokens = [*context, *chain.from_iterable(chain.from_iterable(heard))]
    found, at = [], len(context)
    for words in heard:
        best = NO_RIVAL
        for word in words:
            if len(word) == 1 and model.knows(word[0]):
                best = max(best, _rival(tokens[at - 2 : at + 3], model))
            at += len(word)
        found.append(min(best, -NO_RIVAL))
    return found


def _rival(around: Sequence[str], model: LanguageModel) -> float:
    """How far the best other spelling of the third token is ahead of it; up to two tokens follow."""
    before, last, token, *following = around
    heard = model.log_probability
    own = heard(before, last, token)
    if own > FORESEEN:
        return NO_RIVAL
    hopeful = [
        (first - own, other)
        for other in model.same_letters(strip_marks(token))
        if other != token and (first := heard(before, last, other)) > own - REACH
    ]
    if not hopeful or not following:
        return max((ahead for ahead, _ in hopeful), default=NO_RIVAL)
    own = _then(model, last, token, following)
    return max(ahead + _then(model, last, other, following) - own for ahead, other in hopeful)


def _then(model: LanguageModel, last: str, token: str, following: Sequence[str]) -> float:
    """The log-probability of what follows."""
    total = 0.0
    for then in following:
        total += model.log_probability(last, token, then)
        last, token = token, then
    return total
