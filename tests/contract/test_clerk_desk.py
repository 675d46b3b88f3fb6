"""What a centre can work through, and the book of verdicts, on every database."""

from dataclasses import replace
from datetime import date

from pipeline.indicators.periods import parse
from pipeline.model import Judged, Verdict
from pipeline.ports import ClerkDesk, CopiedResult, QualityBook
from storage.catalogue import Catalogue
from tests.storage.catalogue_builders import (
    NOW,
    SEPTEMBER,
    centre,
    dossier,
    drop,
    fill_register,
    match,
    minutes,
    read,
)


def test_a_centres_documents_without_a_dossier_are_listed_the_oldest_first(catalogue: Catalogue) -> None:
    desk: ClerkDesk = catalogue.desk
    fill_register(catalogue, dossier(1))
    late, early = drop(catalogue, 1, at=9), drop(catalogue, 2, at=3)
    drop(catalogue, 3, centre="H18.26")
    matched = drop(catalogue, 4)
    catalogue.matches.record([match(matched, dossier(1))])
    assert [view.document.id for view in desk.unmatched("H18.25", 10)] == [early.id, late.id]
    assert [view.document.id for view in desk.unmatched("H18.25", 1)] == [early.id]


def test_undated_dossiers_are_listed_by_code(catalogue: Catalogue) -> None:
    fill_register(catalogue, dossier(2, received_at=None), dossier(1, received_at=None), dossier(3))
    assert catalogue.desk.undated("H18.25", 10) == [dossier(1, received_at=None), dossier(2, received_at=None)]
    assert catalogue.desk.undated("H18.26", 10) == []


def test_a_result_that_is_a_components_file_is_named_with_both(catalogue: Catalogue) -> None:
    fill_register(catalogue, dossier(1), dossier(2))
    copy, own = drop(catalogue, 1), drop(catalogue, 2)
    catalogue.matches.record([match(copy, dossier(1)), match(copy, dossier(1), "Q1"), match(own, dossier(2), "Q1")])
    expected = CopiedResult(dossier=dossier(1).code, result="Q1", component="K1", document=copy.id)
    assert catalogue.desk.copied("H18.25", SEPTEMBER, 10) == [expected]
    assert catalogue.desk.copied("H18.25", parse("2022"), 10) == []


def test_a_sample_is_drawn_from_documents_that_were_read_and_digitize_papers_of_the_period(
    catalogue: Catalogue,
) -> None:
    fill_register(catalogue, dossier(1))
    done, waiting, other = drop(catalogue, 1), drop(catalogue, 2), drop(catalogue, 3)
    catalogue.matches.record([match(done, dossier(1)), match(waiting, dossier(1), "K2")])
    for document in (done, other):
        read(catalogue, document)
    assert catalogue.desk.digitized("H18.25", SEPTEMBER) == [done.id]
    assert catalogue.desk.digitized("H18.25", parse("T8/2023")) == []


def test_of_a_document_the_newest_verdict_counts_and_all_stay(catalogue: Catalogue) -> None:
    book: QualityBook = catalogue.quality
    catalogue.register.put_centres([centre()])
    first = Verdict(
        document="d1",
        centre="H18.25",
        first=SEPTEMBER.first,
        last=SEPTEMBER.last,
        accepted=True,
        by="An",
        at=NOW,
    )
    better = replace(first, accepted=False, note="thiếu dấu", at=minutes(5))
    other = replace(first, document="d2")
    for verdict in (first, other, better, replace(first, document="d3", last=date(2023, 9, 29))):
        book.record(verdict)
    assert book.judged(SEPTEMBER) == [Judged(centre="H18.25", judged=2, accepted=1)]
    assert book.history("H18.25", SEPTEMBER) == [first, other, better]
    assert book.judged(parse("2023")) == []
