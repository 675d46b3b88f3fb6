"""The full-text index over the pages of current readings, on SQLite (FTS5) and PostgreSQL (tsvector with GIN).

Both databases index the same tokens, made here, so that they find the same pages: a token is a run of letters and
digits, in lower case with one place for the tone mark. Each is indexed as it is spelled and without marks. A word of a
query that carries vowel marks is looked up as spelled, any other one without marks (đat finds đất, QĐ finds a misread
QD). A word with punctuation inside (218/QĐ-UBND, H18.25-230914-0012) is a phrase of its tokens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from pipeline.ports import Hit
from pipeline.text import has_vowel_marks, marked, without_marks
from storage.catalogue.tables import page_texts, readings, storable

INDEX_TABLES = "page_index"
"""The index's table on both databases; FTS5 keeps further ones whose names begin so."""

_TOKEN = re.compile(r"[^\W_\u02bc](?:[^\W_\u02bc]|[\u0300-\u036f])*")
"""Letters and digits with their marks; U+02BC is a letter to Unicode and an apostrophe to everybody else."""
_LONGEST = 64
"""Letters of a token that count: no word is longer, and PostgreSQL takes no lexeme of more than 2,046 bytes."""
_MOST_TOKENS = 16_000
"""Tokens of a page that are indexed; PostgreSQL numbers positions to 16,383. A full printed page has about 600."""
_MOST_BYTES = 400_000
"""Bytes of a page's lexemes; a tsvector takes 1 MiB with its positions."""
_MOST_WORDS = 32
"""Words of a query that count."""
_AROUND = 6
"""Words of a snippet before the first one found; twice as many follow."""


@dataclass(frozen=True, slots=True)
class _Token:
    marked: str
    folded: str
    start: int
    end: int


def _tokens(text: str) -> Iterator[_Token]:
    for found in _TOKEN.finditer(text):
        yield _Token(*_spellings(found[0]), found.start(), found.end())


@lru_cache(maxsize=50_000)  # a language has few words, and a page says the same ones again and again
def _spellings(word: str) -> tuple[str, str]:
    """A token with its marks and without."""
    spelled = marked(word)[:_LONGEST]
    return spelled, without_marks(spelled)


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A word of the query: tokens that must follow each other, as spelled or without marks."""

    tokens: tuple[str, ...]
    spelled: bool


def _phrases(words: str) -> list[_Phrase]:
    """The query's words in order, each once."""
    found: dict[_Phrase, None] = {}
    for word in storable(words).split():
        spelled = has_vowel_marks(word)
        tokens = tuple(t.marked if spelled else t.folded for t in _tokens(marked(word)))
        if tokens:
            found[_Phrase(tokens, spelled)] = None
    return list(found)[:_MOST_WORDS]


# --- the index ----------------------------------------------------------------------------------------------


def index_pages(connection: sa.Connection, pages: Sequence[tuple[int, str]]) -> None:
    """Indexes pages given as (id in page_texts, text)."""
    if not pages:
        return
    if connection.dialect.name == "sqlite":
        statement = sa.text("INSERT INTO page_index (rowid, marked, folded) VALUES (:id, :marked, :folded)")
        connection.execute(statement, [{"id": id_, **_columns(text)} for id_, text in pages])
    else:
        statement = sa.text("INSERT INTO page_index (page, words) VALUES (:id, CAST(:words AS tsvector))")
        connection.execute(statement, [{"id": id_, "words": _tsvector(text)} for id_, text in pages])


def unindex_reading(connection: sa.Connection, reading: str) -> None:
    """Takes the pages of a reading out of the index."""
    key = "rowid" if connection.dialect.name == "sqlite" else "page"
    connection.execute(
        sa.text(f"DELETE FROM page_index WHERE {key} IN (SELECT id FROM page_texts WHERE reading = :reading)"),  # noqa: S608
        {"reading": reading},
    )


def _page_tokens(text: str) -> Iterator[_Token]:
    size = 0
    for number, token in enumerate(_tokens(text)):
        size += len(token.marked.encode()) + len(token.folded.encode())
        if number >= _MOST_TOKENS or size > _MOST_BYTES:
            return
        yield token


def _columns(text: str) -> dict[str, str]:
    tokens = list(_page_tokens(text))
    return {"marked": " ".join(t.marked for t in tokens), "folded": " ".join(t.folded for t in tokens)}


def _tsvector(text: str) -> str:
    """Both spellings of a token stand at the same position, so that phrases work in either."""
    lexemes = []
    for position, token in enumerate(_page_tokens(text), start=1):
        lexemes.append(f"'{token.marked}':{position}")
        if token.folded != token.marked:
            lexemes.append(f"'{token.folded}':{position}")
    return " ".join(lexemes)


# --- the query ----------------------------------------------------------------------------------------------


def search(connection: sa.Connection, words: str, limit: int) -> list[Hit]:
    """Pages that hold every word, best first; none where the query has no word."""
    phrases = _phrases(words)
    if not phrases:
        return []
    index, matches, order = _fts5(phrases) if connection.dialect.name == "sqlite" else _tsquery(phrases)
    key = index.c[0]
    statement = (
        sa.select(readings.c.document, page_texts.c.position, page_texts.c.text)
        .select_from(index.join(page_texts, page_texts.c.id == key).join(readings))
        .where(matches)
        .order_by(order, page_texts.c.id)
        .limit(limit)
    )
    return [
        Hit(document=document, page=page, snippet=_snippet(text, phrases))
        for document, page, text in connection.execute(statement)
    ]


_Lookup = tuple[sa.FromClause, sa.ColumnElement[bool], sa.ColumnElement[float]]


def _fts5(phrases: Sequence[_Phrase]) -> _Lookup:
    """Tokens hold letters, digits and marks alone, so nothing in the quotes needs escaping. `rank` is BM25."""
    query = " AND ".join(f'{"marked" if p.spelled else "folded"} : "{" ".join(p.tokens)}"' for p in phrases)
    index = sa.table("page_index", sa.column("rowid", sa.Integer), sa.column("rank", sa.Float))
    matches: sa.ColumnElement[bool] = sa.literal_column("page_index").op("MATCH", is_comparison=True)(query)
    return index, matches, index.c.rank


def _tsquery(phrases: Sequence[_Phrase]) -> _Lookup:
    words = " & ".join("(" + " <-> ".join(f"'{token}'" for token in p.tokens) + ")" for p in phrases)
    index = sa.table("page_index", sa.column("page", sa.BigInteger), sa.column("words", postgresql.TSVECTOR))
    query = sa.cast(words, postgresql.TSQUERY)
    matches: sa.ColumnElement[bool] = index.c.words.op("@@", is_comparison=True)(query)
    return index, matches, -sa.func.ts_rank(index.c.words, query)


def _snippet(text: str, phrases: Sequence[_Phrase]) -> str:
    """The words around the first that was found, in one line, with [ and ] around those of the query."""
    tokens = list(_tokens(text))
    hits: list[tuple[int, int]] = []  # token numbers, first and after the last
    number = 0
    while number < len(tokens):
        length = max((len(p.tokens) for p in phrases if _stands_at(tokens, number, p)), default=0)
        if length:
            hits.append((number, number + length))
        number += max(1, length)
    if not hits:
        return ""
    first, last = max(0, hits[0][0] - _AROUND), min(len(tokens), hits[0][1] + 2 * _AROUND)
    begin, end = tokens[first].start if first else 0, tokens[last - 1].end if last < len(tokens) else len(text)
    out, at = "…" if first else "", begin
    for hit_first, hit_after in hits:
        if hit_after > last:
            break
        start, stop = tokens[hit_first].start, tokens[hit_after - 1].end
        out += f"{text[at:start]}[{text[start:stop]}]"
        at = stop
    return " ".join(f"{out}{text[at:end]}{'…' if last < len(tokens) else ''}".split())


def _stands_at(tokens: Sequence[_Token], number: int, phrase: _Phrase) -> bool:
    there = tokens[number : number + len(phrase.tokens)]
    return len(there) == len(phrase.tokens) and all(
        word == (t.marked if phrase.spelled else t.folded) for word, t in zip(phrase.tokens, there, strict=True)
    )
