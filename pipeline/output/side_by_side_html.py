"""Readings before and after as one HTML page: what only one of them says is marked on its side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import jinja2

from pipeline.backfill.compare import Pair, Piece, Quality, Side, pages


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A document of the page. `better` is what the rule says of the new reading."""

    pair: Pair
    before: Quality
    after: Quality
    better: bool


def render(title: str, totals: Mapping[str, int], shown: Sequence[Compared]) -> str:
    """`totals` are lines of figures above the documents. Nothing is loaded from elsewhere."""
    env = jinja2.Environment(
        loader=jinja2.PackageLoader("pipeline.output", "templates"), autoescape=True, undefined=jinja2.StrictUndefined
    )
    documents = [{"of": one, "pages": [(number, _sides(found)) for number, found in pages(one.pair)]} for one in shown]
    return env.get_template("side_by_side.html").render(title=title, totals=totals, documents=documents)


def _sides(pieces: Sequence[Piece]) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """The text of each side, in pieces that the other side has too or not."""
    left = [(p.text, p.side is Side.BEFORE) for p in pieces if p.side is not Side.AFTER]
    right = [(p.text, p.side is Side.AFTER) for p in pieces if p.side is not Side.BEFORE]
    return left, right
