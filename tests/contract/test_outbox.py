"""The outbox, connections and look-ups in the catalogue, on every database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.model import (
    ConnectionHealth,
    Difference,
    DossierStatus,
    EntryDraft,
    LookUpNote,
    MatchSource,
    OutboxEntry,
    OutboxState,
    System,
)
from pipeline.ports import Shared
from storage.catalogue import Catalogue
from tests.storage.catalogue_builders import SEPTEMBER, dossier, drop, fill_register, match, read

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
ENTRY = OutboxEntry(
    system=System.CIVIL,
    kind="entry",
    key="KS.2007.01.153",
    agency="H18",
    sealed=b"secret",
    created_at=NOW,
    due_at=NOW,
    fingerprint="1",
)


def claim_one(catalogue: Catalogue, system: System = System.CIVIL, now: datetime = NOW) -> OutboxEntry:
    (entry,) = catalogue.outbox.claim(system, "me", now, now + timedelta(minutes=5), 10)
    return entry


def test_an_entry_is_claimed_by_one_and_comes_back_when_its_worker_dies(catalogue: Catalogue) -> None:
    assert catalogue.outbox.put([ENTRY]) == 1
    claimed = claim_one(catalogue)
    assert (claimed.state, claimed.attempts, claimed.sealed) == (OutboxState.SENDING, 1, b"secret")
    assert catalogue.outbox.claim(System.CIVIL, "other", NOW, LATER, 10) == []
    (again,) = catalogue.outbox.claim(System.CIVIL, "other", LATER, LATER + timedelta(minutes=5), 10)
    assert again.attempts == 2
    assert not catalogue.outbox.settle(replace(claimed, state=OutboxState.DELIVERED), "me")
    assert catalogue.outbox.settle(replace(again, state=OutboxState.DELIVERED, delivered_at=LATER), "other")


def test_a_delivered_record_is_wiped(catalogue: Catalogue) -> None:
    catalogue.outbox.put([ENTRY])
    catalogue.outbox.settle(replace(claim_one(catalogue), state=OutboxState.DELIVERED, delivered_at=NOW), "me")
    (entry,) = catalogue.outbox.entries(System.CIVIL, [OutboxState.DELIVERED])
    assert (entry.sealed, entry.delivered_at) == (b"", NOW)
    assert catalogue.outbox.entries(System.CIVIL, [OutboxState.WAITING]) == []


def test_the_same_content_is_not_sent_twice_and_a_changed_one_is(catalogue: Catalogue) -> None:
    catalogue.outbox.put([ENTRY])
    catalogue.outbox.settle(replace(claim_one(catalogue), state=OutboxState.DELIVERED, delivered_at=NOW), "me")
    assert catalogue.outbox.put([ENTRY]) == 0
    assert catalogue.outbox.put([replace(ENTRY, fingerprint="2", sealed=b"newer")]) == 1
    assert (claim_one(catalogue).revision, claim_one(catalogue, now=LATER).sealed) == (2, b"newer")


def test_what_changes_while_it_is_sent_waits_again(catalogue: Catalogue) -> None:
    catalogue.outbox.put([ENTRY])
    claimed = claim_one(catalogue)
    catalogue.outbox.put([replace(ENTRY, fingerprint="2", sealed=b"newer")])
    assert catalogue.outbox.claim(System.CIVIL, "other", NOW, LATER, 10) == []
    assert catalogue.outbox.settle(replace(claimed, state=OutboxState.DELIVERED, delivered_at=NOW), "me")
    again = claim_one(catalogue)
    assert (again.revision, again.sealed) == (2, b"newer")


def test_what_was_refused_waits_only_when_somebody_says_so(catalogue: Catalogue) -> None:
    catalogue.outbox.put([ENTRY])
    refused = replace(claim_one(catalogue), state=OutboxState.REFUSED, error="record-refused", reason="nksHoTen")
    catalogue.outbox.settle(refused, "me")
    assert catalogue.outbox.claim(System.CIVIL, "me", LATER, LATER, 10) == []
    assert catalogue.sharing.totals() == {System.CIVIL: {OutboxState.REFUSED: 1}}
    assert catalogue.sharing.reasons(System.CIVIL, 5) == [("record-refused", "nksHoTen", 1)]
    assert catalogue.outbox.retry(System.CIVIL, ["other"], NOW) == 0
    assert catalogue.outbox.retry(System.CIVIL, [], NOW) == 1
    assert claim_one(catalogue).attempts == 1


def test_one_system_never_holds_up_another(catalogue: Catalogue) -> None:
    catalogue.outbox.put([ENTRY, replace(ENTRY, system=System.CRIMINAL)])
    assert len(catalogue.outbox.claim(System.CIVIL, "me", NOW, LATER, 1)) == 1
    assert len(catalogue.outbox.claim(System.CRIMINAL, "me", NOW, LATER, 1)) == 1


# --- what the catalogue puts in by itself --------------------------------------------------------------------

ONE, TWO = dossier(1), dossier(2)


def test_a_paper_that_was_read_and_matched_waits_for_the_portal_in_the_same_transaction(catalogue: Catalogue) -> None:
    fill_register(catalogue, ONE)
    early, late = drop(catalogue, 1), drop(catalogue, 2)
    catalogue.matches.record([match(early, ONE, "K1")])
    assert catalogue.outbox.entries(System.PORTAL) == []
    read(catalogue, early)
    (entry,) = catalogue.outbox.entries(System.PORTAL)
    assert (entry.key, entry.agency, entry.revision, entry.sealed) == (ONE.code, "H18", 1, b"")
    read(catalogue, late)
    catalogue.matches.record([match(late, ONE, "Q1")])
    (entry,) = catalogue.outbox.entries(System.PORTAL)
    assert entry.revision == 2
    papers = catalogue.sharing.papers(ONE.code)
    assert papers is not None
    assert [(m.document, m.paper) for m in papers.matches] == [(early.id, "K1"), (late.id, "Q1")]
    assert set(papers.views) == {early.id, late.id}
    catalogue.matches.record([match(late, ONE, "Q1")])
    assert catalogue.outbox.entries(System.PORTAL) == [entry]


def test_a_paper_that_is_taken_away_by_hand_is_told_too(catalogue: Catalogue) -> None:
    fill_register(catalogue, ONE, TWO)
    document = drop(catalogue, 1)
    read(catalogue, document)
    catalogue.matches.record([match(document, ONE)])
    catalogue.matches.record([match(document, TWO, source=MatchSource.MANUAL)])
    assert {(e.key, e.revision) for e in catalogue.outbox.entries(System.PORTAL)} == {(ONE.code, 2), (TWO.code, 1)}
    papers = catalogue.sharing.papers(ONE.code)
    assert papers is not None
    assert (papers.matches, papers.withdrawn) == ((), (document.id,))
    assert catalogue.sharing.papers("H18.25-000000-0000") is None


def test_reading_a_document_again_sends_nothing_again(catalogue: Catalogue) -> None:
    fill_register(catalogue, ONE)
    document = drop(catalogue, 1)
    read(catalogue, document)
    catalogue.matches.record([match(document, ONE)])
    catalogue.retry.retry([document.id], NOW)
    read(catalogue, document, profile="best")
    (entry,) = catalogue.outbox.entries(System.PORTAL)
    assert entry.revision == 1


# --- figures, health and look-ups ---------------------------------------------------------------------------


def test_what_could_be_shared_and_was_not_is_counted_by_agency(catalogue: Catalogue) -> None:
    fill_register(catalogue, ONE, TWO, dossier(3))
    for number, of in enumerate((ONE, TWO)):
        document = drop(catalogue, number)
        read(catalogue, document)
        catalogue.matches.record([match(document, of)])
    expected = Shared(system=System.CIVIL, agency="H18", digitized=2, shared=0)
    assert catalogue.sharing.shareable(System.CIVIL, [ONE.procedure]) == [expected]
    catalogue.outbox.put([replace(ENTRY, dossier=ONE.code)])
    catalogue.outbox.settle(replace(claim_one(catalogue), state=OutboxState.DELIVERED), "me")
    catalogue.connections.note(replace(NOTE, system=System.CIVIL, dossier=ONE.code))
    assert catalogue.sharing.shareable(System.CIVIL, [ONE.procedure]) == [replace(expected, shared=1)]
    catalogue.connections.note(replace(NOTE, id="3", system=System.CIVIL, dossier=TWO.code))
    assert catalogue.sharing.shareable(System.CIVIL, [ONE.procedure]) == [replace(expected, shared=2)]
    assert catalogue.sharing.shareable(System.CIVIL, ["9.999999"]) == []
    assert catalogue.sharing.delivered(System.CIVIL, [ONE.procedure], SEPTEMBER) == {ONE.centre: 2}
    later = replace(SEPTEMBER, first=SEPTEMBER.last)
    assert catalogue.sharing.delivered(System.CIVIL, [ONE.procedure], later) == {}
    assert catalogue.sharing.delivered(System.CRIMINAL, [ONE.procedure], SEPTEMBER) == {}


NOTE = LookUpNote(
    id="1",
    system=System.POPULATION,
    at=NOW,
    officer="011179000002",
    unit="H18.25",
    purpose="Xác minh chủ hồ sơ",
    dossier="H18.25-230914-0012",
    subject=b"sealed",
    outcome="found",
)


def test_look_ups_are_logged_and_never_changed(catalogue: Catalogue) -> None:
    catalogue.connections.note(NOTE)
    catalogue.connections.note(replace(NOTE, purpose="khác"))
    catalogue.connections.note(replace(NOTE, id="2", at=LATER))
    assert [note.id for note in catalogue.connections.notes(NOW, 10)] == ["2", "1"]
    assert catalogue.connections.notes(LATER, 10)[0].subject == b"sealed"
    assert catalogue.connections.notes(NOW, 10)[1] == NOTE


def test_a_verification_holds_while_the_dossier_is_open(catalogue: Catalogue) -> None:
    fill_register(catalogue, ONE)
    catalogue.connections.remember(ONE.code, "digest", NOW)
    catalogue.connections.remember("unknown", "digest", NOW)
    assert catalogue.connections.recall(ONE.code, "digest") == NOW
    assert catalogue.connections.recall(ONE.code, "other") is None
    assert catalogue.connections.forget_ended() == 1
    fill_register(catalogue, replace(ONE, status=DossierStatus.RETURNED))
    assert catalogue.connections.recall(ONE.code, "digest") is None
    assert catalogue.connections.forget_ended() == 1


def test_the_state_of_a_connection_is_kept(catalogue: Catalogue) -> None:
    health = ConnectionHealth(
        system=System.PORTAL,
        agency="H18",
        checked_at=NOW,
        first_success=NOW,
        last_success=NOW,
        cursors={"dossiers": "20260302"},
    )
    catalogue.connections.put_health(health)
    catalogue.connections.put_health(replace(health, error="access-refused", failing_since=LATER))
    assert catalogue.connections.healths() == [replace(health, error="access-refused", failing_since=LATER)]


def test_one_process_at_a_time_has_the_turn_with_a_system(catalogue: Catalogue) -> None:
    turns = catalogue.connections
    assert turns.occupy(System.PORTAL, "me", NOW, LATER)
    assert not turns.occupy(System.PORTAL, "other", NOW, LATER)
    assert turns.occupy(System.CIVIL, "other", NOW, LATER)
    turns.vacate(System.PORTAL, "other")
    assert not turns.occupy(System.PORTAL, "other", NOW, LATER)
    assert turns.occupy(System.PORTAL, "other", LATER, LATER + timedelta(minutes=5))
    turns.vacate(System.PORTAL, "other")
    assert turns.occupy(System.PORTAL, "me", NOW, LATER)


@pytest.mark.parametrize("words", ["x\x00y", "\ud800"])
def test_what_a_receiver_says_is_kept_whatever_it_is(catalogue: Catalogue, words: str) -> None:
    catalogue.outbox.put([ENTRY])
    catalogue.outbox.settle(replace(claim_one(catalogue), state=OutboxState.REFUSED, reason=words), "me")
    assert catalogue.outbox.follow(System.CIVIL, {ENTRY.key: "registered", "other": "x"}) == 1
    assert catalogue.outbox.entries(System.CIVIL)[0].progress == "registered"


def test_records_are_followed_until_their_end_is_known(catalogue: Catalogue) -> None:
    catalogue.outbox.put([replace(ENTRY, key=key) for key in "abc"])
    for entry in catalogue.outbox.claim(System.CIVIL, "me", NOW, LATER, 10):
        catalogue.outbox.settle(replace(entry, state=OutboxState.DELIVERED), "me")
    catalogue.outbox.follow(System.CIVIL, {"b": "registered"})
    assert catalogue.outbox.unfinished(System.CIVIL, ["registered"], "", 10) == ["a", "c"]
    assert catalogue.outbox.unfinished(System.CIVIL, ["registered"], "a", 1) == ["c"]
    assert catalogue.outbox.unfinished(System.CRIMINAL, [], "", 10) == []


def test_what_the_receiver_lost_is_sent_again_or_has_to_be_brought_again(catalogue: Catalogue) -> None:
    made = replace(ENTRY, kind="dossier", sealed=b"")
    catalogue.outbox.put([ENTRY, made])
    for entry in catalogue.outbox.claim(System.CIVIL, "me", NOW, LATER, 10):
        catalogue.outbox.settle(replace(entry, state=OutboxState.DELIVERED), "me")
    assert catalogue.outbox.send_again(System.CIVIL, [ENTRY.key], NOW) == 2
    states = {e.kind: (e.state, e.error) for e in catalogue.outbox.entries(System.CIVIL)}
    assert states == {"entry": (OutboxState.FAILED, "lost-there"), "dossier": (OutboxState.WAITING, "")}
    assert catalogue.outbox.retry(System.CIVIL, [], NOW) == 0
    assert catalogue.outbox.put([ENTRY]) == 1


# --- drafts and differences ---------------------------------------------------------------------------------

DRAFT = EntryDraft(
    document="a" * 20,
    module="KS",
    agency="H18",
    dossier=ONE.code,
    sealed=b"secret",
    problems="quyenSo is missing",
    made_at=NOW,
)


def test_a_draft_waits_until_its_entry_goes_into_the_outbox_and_is_wiped_then(catalogue: Catalogue) -> None:
    assert catalogue.drafts.put(DRAFT)
    assert not catalogue.drafts.put(replace(DRAFT, problems="other"))
    assert catalogue.drafts.waiting(10) == [DRAFT]
    assert catalogue.drafts.put(replace(DRAFT, problems="other"), again=True)
    found = catalogue.drafts.get(DRAFT.document)
    assert found is not None
    assert found.problems == "other"
    catalogue.drafts.settle(found, ENTRY)
    assert catalogue.drafts.waiting(10) == []
    assert catalogue.drafts.get(DRAFT.document) == replace(DRAFT, sealed=b"", problems="")
    assert [entry.key for entry in catalogue.outbox.entries(System.CIVIL)] == [ENTRY.key]


def test_results_of_some_procedures_are_looked_at_once(catalogue: Catalogue) -> None:
    fill_register(catalogue, ONE, TWO)
    result, component, unread = (drop(catalogue, number) for number in range(3))
    read(catalogue, result)
    read(catalogue, component)
    for document, paper in ((result, "Q1"), (component, "K1"), (unread, "Q2")):
        catalogue.matches.record([match(document, ONE, paper)])
    assert catalogue.drafts.next_results([ONE.procedure], 10) == [(result.id, ONE.code)]
    assert catalogue.drafts.next_results(["9.999999"], 10) == []
    assert catalogue.drafts.next_results([], 10) == []
    catalogue.drafts.put(replace(DRAFT, document=result.id, module="", sealed=b"", problems=""))
    assert catalogue.drafts.next_results([ONE.procedure], 10) == []
    assert catalogue.drafts.waiting(10) == []


def test_differences_stand_until_their_records_are_compared_again(catalogue: Catalogue) -> None:
    found = [
        Difference(system=System.CIVIL, key=key, ours="delivered", theirs="not there", found_at=NOW) for key in "ab"
    ]
    catalogue.connections.compared(System.CIVIL, ["a", "b", "c"], found)
    assert catalogue.connections.differences(10) == found
    assert catalogue.connections.differences(1) == found[:1]
    catalogue.connections.compared(System.CRIMINAL, ["a"], [])
    catalogue.connections.compared(System.CIVIL, ["a"], [])
    assert catalogue.connections.differences(10) == found[1:]


def test_entries_come_by_key_for_comparing(catalogue: Catalogue) -> None:
    catalogue.outbox.put([replace(ENTRY, key=key) for key in "cab"])
    assert [entry.key for entry in catalogue.outbox.after(System.CIVIL, "", 2)] == ["a", "b"]
    assert [entry.key for entry in catalogue.outbox.after(System.CIVIL, "b", 2)] == ["c"]
