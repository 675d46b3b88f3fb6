"""Where documents belong: by the clues that were found, by hand, and again when something has changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flows.services import Services
from pipeline import keys
from pipeline.digitize import Digitized
from pipeline.errors import NotFound
from pipeline.model import Clues, Document, Dossier, Match, MatchSource, Reading, Receipt, Withdrawal
from pipeline.output import manifest
from pipeline.ports import DocumentView
from pipeline.understanding import clues, match


def clues_of(document: Document, done: Digitized, receipts: Sequence[Receipt]) -> Clues:
    found = clues.renamed(done.clues, [receipt.name for receipt in receipts])
    return clues.behind_sheet(found, document.dossier)


def match_by_clues(services: Services, document: str, found: Clues, now: datetime) -> Match | None:
    """Where a document belongs by what was found on it and in its names; nothing is recorded."""
    return match.match(document, found, _dossiers(services, found), now)


def _dossiers(services: Services, found: Clues) -> dict[str, Dossier]:
    """Those that the register knows of the codes that were found."""
    wanted = _codes(found)
    return {dossier.code: dossier for dossier in services.catalogue.lookup.dossiers(wanted)} if wanted else {}


def _codes(found: Clues) -> set[str]:
    return {*found.qr_codes, *found.text_codes, *found.name_codes}


def find_dossier(services: Services, document: str, found: Clues, now: datetime) -> bool:
    """Records where a document belongs, or for which dossiers it waits; False where nothing is new."""
    known = _dossiers(services, found)
    matched = match.match(document, found, known, now)
    if matched is None:
        services.catalogue.matches.wait(document, _codes(found), known)
        return False
    return record_match(services, matched)


def record_match(services: Services, matched: Match) -> bool:
    """Stores a match as an object, then as a row; False where it was known."""
    services.objects.put(keys.match(matched), manifest.canonical(matched))
    return services.catalogue.matches.record([matched]) > 0


def withdraw_match(services: Services, withdrawal: Withdrawal) -> Sequence[Match]:
    """Takes back what was said by hand of a document, as an object, then as rows, and looks for its dossier again.
    Returns what was taken back; nothing is stored where there was nothing. Raises NotFound."""
    by_hand = [m for m in services.catalogue.matches.of([withdrawal.document]) if m.source is MatchSource.MANUAL]
    if not any(withdrawal.dossier in ("", match.dossier) for match in by_hand):
        return ()
    services.objects.put(keys.withdrawal(withdrawal), manifest.canonical(withdrawal))
    gone = services.catalogue.matches.withdraw(withdrawal)
    view = services.catalogue.shelf.view(withdrawal.document)
    if view is not None and not view.matches:
        _match_again(services, view, withdrawal.withdrawn_at)
    return gone


def match_waiting(services: Services, now: datetime) -> int:
    """Looks again for the dossiers of documents for which something has changed; returns how many found theirs."""
    matched, after = 0, ""
    while views := services.catalogue.matches.to_match(500, after):
        for view in views:
            matched += _match_again(services, view, now)
        after = views[-1].document.id
    return matched


def _match_again(services: Services, view: DocumentView, now: datetime) -> bool:
    if view.reading is None:
        return False
    found = _clues_from_manifest(services, view.reading, view.document, view.receipts)
    return find_dossier(services, view.document.id, found, now)


def _clues_from_manifest(
    services: Services, reading: Reading, document: Document, receipts: Sequence[Receipt]
) -> Clues:
    stored = manifest.parse_clues(services.objects.get(manifest.key_of(reading)))
    return clues.behind_sheet(clues.renamed(stored, [receipt.name for receipt in receipts]), document.dossier)


def clues_of_reading(services: Services, reading: Reading) -> Clues:
    """What a stored reading, be it the current one or not, says about where its document belongs. Raises NotFound."""
    view = services.catalogue.shelf.view(reading.document)
    if view is None:
        raise NotFound(f"Document {reading.document}.")
    return _clues_from_manifest(services, reading, view.document, view.receipts)
