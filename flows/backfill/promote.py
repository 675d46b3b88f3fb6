"""Which of two readings counts: new ones are compared with those before, promoted by rule or by hand, and rolled back.

A choice is an object in the store first, then a row, so that the catalogue can be rebuilt with it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from flows.matching import clues_of_reading, match_by_clues
from flows.services import Services, language
from pipeline import keys
from pipeline.backfill.compare import Knows, Pair, changed_words, is_better, quality
from pipeline.backfill.spec import Backfill, Decision, Promotion
from pipeline.errors import UsageError
from pipeline.model import Choice, Match, Reading
from pipeline.output import manifest
from pipeline.output.side_by_side_html import Compared
from storage.catalogue.backfill_documents import Beside

_AT_ONCE = 200


def decide_by_rule(services: Services, backfill: Backfill, now: datetime) -> int:
    """Decides what is open where the backfill leaves that to the rule; returns how many were promoted."""
    if backfill.spec.promotion is not Promotion.RULE:
        return 0
    return promote(services, backfill, (), now, by_rule=True)


def promote(services: Services, backfill: Backfill, ids: Collection[str], now: datetime, *, by_rule: bool) -> int:
    """Makes the new readings of these documents, or of all that are open, the current ones; `by_rule` only the better
    ones, and the others are kept as they were. Returns how many were promoted."""
    wanted = (Decision.OPEN,) if not ids else (Decision.OPEN, Decision.KEPT, Decision.ROLLED_BACK)
    promoted = 0
    for some in _portions(services, backfill, wanted, ids):
        readings = services.catalogue.readings.get([id_ for one in some for id_ in (one.before, one.after)])
        for one in some:
            pair = Pair(before=readings[one.before], after=readings[one.after])
            if not by_rule or _is_better(services, pair):
                choose(services, pair.after, now, backfill.id)
                services.catalogue.backfill_documents.decide(backfill.id, one.document, Decision.PROMOTED, now)
                promoted += 1
            else:
                services.catalogue.backfill_documents.decide(backfill.id, one.document, Decision.KEPT, now)
    return promoted


def roll_back(services: Services, backfill: Backfill, ids: Collection[str], now: datetime) -> int:
    """Makes the readings before the current ones again, of these documents or of all that were promoted; returns how
    many."""
    back = 0
    for some in _portions(services, backfill, (Decision.PROMOTED,), ids):
        readings = services.catalogue.readings.get([one.before for one in some])
        for one in some:
            if services.catalogue.readings.current(one.document) == one.after:
                choose(services, readings[one.before], now, backfill.id)
                back += 1
            services.catalogue.backfill_documents.decide(backfill.id, one.document, Decision.ROLLED_BACK, now)
    return back


def _portions(
    services: Services, backfill: Backfill, decisions: Collection[Decision], ids: Collection[str]
) -> Iterator[list[Beside]]:
    """Until none is left: what was decided is no longer among them."""
    book = services.catalogue.backfill_documents
    if ids:
        found = list(book.beside(backfill.id, decisions, len(ids), ids))
        if missing := set(ids).difference(one.document for one in found):
            raise UsageError(f"Backfill {backfill.id} has nothing to decide of {', '.join(sorted(missing))}.")
        yield found
        return
    while some := list(book.beside(backfill.id, decisions, _AT_ONCE)):
        yield some


def choose(services: Services, reading: Reading, now: datetime, backfill: str) -> None:
    """Makes a stored reading the current one; search index, match and sums follow it."""
    found = match_of(services, reading, now)
    choice = Choice(document=reading.document, reading=reading.id, chosen_at=now, backfill=backfill)
    services.objects.put(keys.choice(reading.document, now), manifest.canonical(choice))
    if found is not None:
        services.objects.put(keys.match(found), manifest.canonical(found))
    services.catalogue.readings.promote(reading.document, reading.id, found, now)


def match_of(services: Services, reading: Reading, now: datetime) -> Match | None:
    """Where the document belongs by what this reading says."""
    return match_by_clues(services, reading.document, clues_of_reading(services, reading), now)


def _is_better(services: Services, pair: Pair) -> bool:
    """A reading that no longer says where the document belongs is not better, however well it reads."""
    knows = language().knows
    if not is_better(quality(pair.before, knows), quality(pair.after, knows)):
        return False
    before, after = (match_of(services, reading, reading.read_at) for reading in (pair.before, pair.after))
    return before is None or (
        after is not None and (after.dossier, after.kind, after.paper) == (before.dossier, before.kind, before.paper)
    )


def compare(services: Services, backfill: Backfill, most: int) -> tuple[dict[str, int], list[Compared]]:
    """How many documents have which decision, and some of them with both readings, those that differ most first."""
    book, knows = services.catalogue.backfill_documents, language().knows
    _, _, decided = book.counts(backfill.id)
    some = book.beside(backfill.id, tuple(Decision), max(most, _AT_ONCE))
    readings = services.catalogue.readings.get([id_ for one in some for id_ in (one.before, one.after)])
    pairs = [
        Pair(before=readings[one.before], after=readings[one.after])
        for one in some
        if one.before in readings and one.after in readings
    ]
    pairs.sort(key=changed_words, reverse=True)
    return dict(decided), [_compared(services, pair, knows) for pair in pairs[:most]]


def _compared(services: Services, pair: Pair, knows: Knows) -> Compared:
    return Compared(
        pair=pair,
        before=quality(pair.before, knows),
        after=quality(pair.after, knows),
        better=_is_better(services, pair),
    )
