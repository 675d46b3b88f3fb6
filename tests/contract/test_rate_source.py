import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from pipeline.clock import local_day
from pipeline.model import (
    Centre,
    Component,
    Document,
    Dossier,
    DossierStatus,
    Match,
    MatchSource,
    Measure,
    PaperKind,
    Period,
    Result,
)
from pipeline.ports import RateSource
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
    procedure,
    read,
)

M = Measure


def counts(catalogue: Catalogue, code: str = "H18.25", period: Period = SEPTEMBER) -> dict[Measure, int]:
    """The measures of one centre that are not 0."""
    source: RateSource = catalogue.rates
    (tally,) = (tally for tally in source.tallies(period) if tally.centre.code == code)
    return {measure: number for measure, number in tally.counts.items() if number}


UNTOUCHED = {M.CENTRES: 1, M.DOSSIERS: 1, M.RESULT_DOSSIERS: 1, M.COMPONENTS: 2, M.RESULTS: 1}


def digitize(catalogue: Catalogue, number: int, to: Dossier, *papers: str) -> Document:
    """A document that was read and digitizes these papers of a dossier."""
    document = drop(catalogue, number)
    read(catalogue, document)
    catalogue.matches.record([match(document, to, paper) for paper in papers])
    return document


def test_without_centres_there_are_no_tallies(catalogue: Catalogue) -> None:
    assert catalogue.rates.tallies(SEPTEMBER) == []
    assert catalogue.rates.span() is None
    assert catalogue.rates.missing("H18.25", SEPTEMBER, 10) == []


def test_a_centre_that_counted_nothing_is_there_too(catalogue: Catalogue) -> None:
    catalogue.register.put_centres([centre("H18.9"), centre("H18.10"), centre("G09")])
    assert [tally.centre.code for tally in catalogue.rates.tallies(SEPTEMBER)] == ["G09", "H18.10", "H18.9"]
    assert counts(catalogue, "G09") == {M.CENTRES: 1}


def test_papers_count_once_they_were_read(catalogue: Catalogue) -> None:
    fill_register(catalogue, dossier(1))
    assert counts(catalogue) == UNTOUCHED
    component, result = drop(catalogue, 1), drop(catalogue, 2)
    catalogue.matches.record([match(component, dossier(1)), match(result, dossier(1), "Q1")])
    assert counts(catalogue) == UNTOUCHED
    read(catalogue, component)
    assert counts(catalogue) == {**UNTOUCHED, M.COMPONENTS_DIGITIZED: 1}
    assert catalogue.rates.missing("H18.25", SEPTEMBER, 10) == [dossier(1)]
    read(catalogue, result)
    digitized = {
        **UNTOUCHED,
        M.COMPONENTS_DIGITIZED: 1,
        M.RESULTS_DIGITIZED: 1,
        M.DOSSIERS_DIGITIZED: 1,
        M.E_RESULTS: 1,
        M.CENTRES_DIGITIZING: 1,
    }
    assert counts(catalogue) == digitized
    assert catalogue.rates.missing("H18.25", SEPTEMBER, 10) == []
    catalogue.retry.retry([component.id, result.id], NOW)
    assert counts(catalogue) == digitized, "a paper that is read a second time does not stop counting meanwhile"


def test_the_registers_own_flag_counts_and_is_told_apart(catalogue: Catalogue) -> None:
    papers = (Component(code="K1", name="Đơn", flagged=True), Component(code="K2", name="Giấy tờ", flagged=True))
    flagged = dossier(1, components=papers, results=(Result(code="Q1", name="Giấy chứng nhận", flagged=True),))
    fill_register(catalogue, flagged)
    digitized = {
        **UNTOUCHED,
        M.COMPONENTS_DIGITIZED: 2,
        M.RESULTS_DIGITIZED: 1,
        M.DOSSIERS_DIGITIZED: 1,
        M.E_RESULTS: 1,
        M.CENTRES_DIGITIZING: 1,
    }
    by_flag = {
        M.COMPONENTS_DIGITIZED_BY_FLAG: 2,
        M.RESULTS_DIGITIZED_BY_FLAG: 1,
        M.DOSSIERS_DIGITIZED_BY_FLAG: 1,
        M.E_RESULTS_BY_FLAG: 1,
    }
    assert counts(catalogue) == {**digitized, **by_flag}
    digitize(catalogue, 1, flagged, "K1")
    assert counts(catalogue) == {**digitized, **by_flag, M.COMPONENTS_DIGITIZED_BY_FLAG: 1}
    digitize(catalogue, 2, flagged, "Q1")
    assert counts(catalogue) == {**digitized, M.COMPONENTS_DIGITIZED_BY_FLAG: 1}


def test_a_result_whose_file_is_a_components_is_left_out(catalogue: Catalogue) -> None:
    flagged = dossier(1, results=(Result(code="Q1", name="Giấy chứng nhận", flagged=True),))
    fill_register(catalogue, flagged)
    digitize(catalogue, 1, flagged, "K1", "Q1")
    left_out = {**UNTOUCHED, M.COMPONENTS_DIGITIZED: 1, M.RESULTS_SAME_AS_COMPONENT: 1}
    assert counts(catalogue) == left_out
    assert catalogue.rates.missing("H18.25", SEPTEMBER, 10) == [flagged]
    digitize(catalogue, 2, flagged, "Q1")
    assert counts(catalogue)[M.RESULTS_DIGITIZED] == 1
    assert M.RESULTS_SAME_AS_COMPONENT not in counts(catalogue)


def test_the_file_of_another_dossiers_component_is_a_result(catalogue: Catalogue) -> None:
    fill_register(catalogue, dossier(1), dossier(2))
    document = digitize(catalogue, 1, dossier(1), "Q1")
    catalogue.matches.record([match(document, dossier(2), "K1")])
    assert counts(catalogue)[M.RESULTS_DIGITIZED] == 1


def test_where_the_result_is_no_document_components_are_enough(catalogue: Catalogue) -> None:
    paid = dossier(1, procedure="2.000379", results=())
    fill_register(catalogue, paid)
    digitize(catalogue, 1, paid, "K1")
    assert counts(catalogue) == {
        M.CENTRES: 1,
        M.DOSSIERS: 1,
        M.COMPONENTS: 2,
        M.COMPONENTS_DIGITIZED: 1,
        M.DOSSIERS_DIGITIZED: 1,
    }


def test_a_match_that_a_manual_one_replaced_does_not_count(catalogue: Catalogue) -> None:
    fill_register(catalogue, dossier(1), dossier(2, centre="H18.25"))
    document = digitize(catalogue, 1, dossier(1), "K1", "K2")
    assert counts(catalogue)[M.COMPONENTS_DIGITIZED] == 2
    catalogue.matches.record([match(document, dossier(2), "K1", source=MatchSource.MANUAL)])
    assert counts(catalogue)[M.COMPONENTS_DIGITIZED] == 1


def test_a_match_to_a_paper_that_the_dossier_does_not_have_does_not_count(catalogue: Catalogue) -> None:
    fill_register(catalogue, dossier(1))
    digitize(catalogue, 1, dossier(1), "K7", "Q7")
    assert counts(catalogue) == UNTOUCHED


def test_a_period_is_of_local_days(catalogue: Catalogue) -> None:
    moments = [
        datetime(2023, 8, 31, 16, 59, 59, 999999, tzinfo=UTC),  # 31 August, a moment before midnight in Hanoi
        datetime(2023, 8, 31, 17, 0, tzinfo=UTC),
        datetime(2023, 9, 30, 16, 59, 59, 999999, tzinfo=UTC),
        datetime(2023, 9, 30, 17, 0, tzinfo=UTC),
    ]
    rows = [dossier(number, received_at=moment) for number, moment in enumerate(moments)]
    fill_register(catalogue, *rows, dossier(9, received_at=None))
    assert counts(catalogue)[M.DOSSIERS] == 2
    assert counts(catalogue)[M.DOSSIERS_UNDATED] == 1
    assert catalogue.rates.missing("H18.25", SEPTEMBER, 10) == rows[1:3]
    assert catalogue.rates.missing("H18.25", SEPTEMBER, 1) == rows[1:2]
    assert catalogue.rates.missing("H18.26", SEPTEMBER, 10) == []
    assert catalogue.rates.span() == (date(2023, 8, 31), date(2023, 10, 1))


def test_a_centre_counts_while_it_is_in_operation(catalogue: Catalogue) -> None:
    papers = (Component(code="K1", name="", flagged=True),)
    fill_register(catalogue, dossier(1, components=papers, results=(Result(code="Q", name="", flagged=True),)))
    for opened, closed, operating in [
        (None, None, 1),
        (date(2023, 9, 30), None, 1),
        (date(2023, 10, 1), None, 0),
        (None, date(2023, 9, 1), 1),
        (None, date(2023, 8, 31), 0),
        (date(2023, 9, 10), date(2023, 9, 11), 1),
    ]:
        catalogue.register.put_centres([centre(opened=opened, closed=closed)])
        (tally,) = catalogue.rates.tallies(SEPTEMBER)
        assert (opened, closed, tally.counts[M.CENTRES]) == (opened, closed, operating)
        assert tally.counts[M.CENTRES_DIGITIZING] == operating
        assert tally.counts[M.DOSSIERS_DIGITIZED] == 1


def test_documents_without_a_dossier_count_for_the_centres_that_dropped_them(catalogue: Catalogue) -> None:
    fill_register(catalogue, dossier(1))
    catalogue.register.put_centres([centre("H18.26")])
    one, two = drop(catalogue, 1), drop(catalogue, 2)
    drop(catalogue, 3, centre="H99.unknown")
    read(catalogue, two)
    dropped_again = replace(catalogue.receipts.of_document(two.id)[0], id="again", centre="H18.26")
    original = catalogue.receipts.original(dropped_again.sha256)
    assert original is not None
    catalogue.receipts.record(dropped_again, original, [two])
    assert counts(catalogue)[M.DOCUMENTS_UNMATCHED] == 2
    assert counts(catalogue, "H18.26") == {M.CENTRES: 1, M.DOCUMENTS_UNMATCHED: 1}
    catalogue.matches.record([match(two, dossier(1)), match(one, dossier(1))])
    assert M.DOCUMENTS_UNMATCHED not in counts(catalogue)


# --- against a recount ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_the_tallies_are_those_of_a_slow_recount(catalogue: Catalogue, seed: int) -> None:
    source = random.Random(seed)
    centres = [centre(f"H18.{n}") for n in range(3)]
    procedures = {code: procedure(code, result_is_document=code != "P0") for code in ("P0", "P1", "P2")}
    catalogue.register.put_centres(centres)
    catalogue.register.put_procedures(procedures.values())
    rows = [_some_dossier(source, number) for number in range(60)]
    catalogue.register.put_dossiers(rows)
    documents = [drop(catalogue, number) for number in range(40)]
    made = [_some_match(source, source.choice(documents), source.choice(rows)) for _ in range(150)]
    made.sort(key=lambda m: m.matched_at)
    catalogue.matches.record(made)
    for document in documents[5:]:
        read(catalogue, document)
    was_read = {document.id for document in documents[5:]}
    in_force = catalogue.matches.of([d.id for d in documents])
    for tally in catalogue.rates.tallies(SEPTEMBER):
        mine = [row for row in rows if row.centre == tally.centre.code]
        expected = _recount(tally.centre, mine, [m for m in in_force if m.document in was_read], procedures)
        assert {m: n for m, n in tally.counts.items() if n and m is not M.DOCUMENTS_UNMATCHED} == expected
        missing = catalogue.rates.missing(tally.centre.code, SEPTEMBER, 1000)
        assert len(missing) == expected.get(M.DOSSIERS, 0) - expected.get(M.DOSSIERS_DIGITIZED, 0)
        assert missing == sorted(missing, key=lambda d: (d.received_at, d.code))


def _some_dossier(source: random.Random, number: int) -> Dossier:
    month = source.choice([8, 9, 9, 9, 9, 10])
    received = datetime(2023, month, source.choice([1, 15, 30]), source.randrange(24), tzinfo=UTC)
    return dossier(
        number,
        centre=f"H18.{source.randrange(2)}",
        procedure=f"P{source.randrange(3)}",
        status=source.choice(list(DossierStatus)),
        received_at=source.choice([received, received, received, None]),
        resolved_at=source.choice([None, None, minutes(9999)]),
        components=tuple(
            Component(code=f"K{n}", name="", flagged=source.random() < 0.2, reused=source.random() < 0.2)
            for n in range(source.randrange(4))
        ),
        results=tuple(Result(code=f"Q{n}", name="", flagged=source.random() < 0.3) for n in range(source.randrange(3))),
    )


def _some_match(source: random.Random, document: Document, to: Dossier) -> Match:
    paper = f"{source.choice('KQ')}{source.randrange(3)}"
    kind = source.choices(list(MatchSource), [1, 5, 5, 5])[0]
    return match(document, to, paper, source=kind, at=source.randrange(1000))


def _recount(
    of: Centre, dossiers: Sequence[Dossier], matches: Sequence[Match], procedures: Mapping[str, object]
) -> dict[Measure, int]:
    """The definitions once more, a dossier at a time. `matches` are those in force of documents that were read."""
    total: Counter[Measure] = Counter({M.CENTRES: 1})
    for row in dossiers:
        if row.received_at is None:
            total[M.DOSSIERS_UNDATED] += 1
        elif SEPTEMBER.first <= local_day(row.received_at) <= SEPTEMBER.last:
            total += _recount_dossier(row, [m for m in matches if m.dossier == row.code], row.procedure != "P0")
    if total[M.COMPONENTS_DIGITIZED] and total[M.RESULTS_DIGITIZED]:
        total[M.CENTRES_DIGITIZING] = 1
    return {measure: number for measure, number in total.items() if number}


def _recount_dossier(row: Dossier, matches: Sequence[Match], has_document: bool) -> Counter[Measure]:
    def documents(kind: PaperKind, paper: str | None = None) -> set[str]:
        return {m.document for m in matches if m.kind is kind and paper in (None, m.paper)}

    total: Counter[Measure] = Counter({M.DOSSIERS: 1, M.RESULT_DOSSIERS: int(has_document)})
    total[M.DOSSIERS_RESOLVED] = int(
        row.resolved_at is not None or row.status in (DossierStatus.DONE, DossierStatus.RETURNED)
    )
    total[M.DOSSIERS_PAYMENT_DUE] = int(row.status is DossierStatus.PAYMENT_DUE)
    total[M.DOSSIERS_REUSING] = int(any(paper.reused for paper in row.components))
    sure = {PaperKind.COMPONENT: 0, PaperKind.RESULT: 0}
    for component in row.components:
        total[M.COMPONENTS] += 1
        if documents(PaperKind.COMPONENT, component.code):
            sure[PaperKind.COMPONENT] += 1
        elif component.flagged:
            total[M.COMPONENTS_DIGITIZED_BY_FLAG] += 1
    for result in row.results:
        total[M.RESULTS] += 1
        files = documents(PaperKind.RESULT, result.code)
        if files - documents(PaperKind.COMPONENT):
            sure[PaperKind.RESULT] += 1
        elif files:
            total[M.RESULTS_SAME_AS_COMPONENT] += 1
        elif result.flagged:
            total[M.RESULTS_DIGITIZED_BY_FLAG] += 1
    total[M.COMPONENTS_DIGITIZED] = sure[PaperKind.COMPONENT] + total[M.COMPONENTS_DIGITIZED_BY_FLAG]
    total[M.RESULTS_DIGITIZED] = sure[PaperKind.RESULT] + total[M.RESULTS_DIGITIZED_BY_FLAG]
    digitized = total[M.COMPONENTS_DIGITIZED] and (total[M.RESULTS_DIGITIZED] or not has_document)
    surely = sure[PaperKind.COMPONENT] and (sure[PaperKind.RESULT] or not has_document)
    total[M.DOSSIERS_DIGITIZED] = int(bool(digitized))
    total[M.DOSSIERS_DIGITIZED_BY_FLAG] = int(bool(digitized and not surely))
    total[M.E_RESULTS] = int(bool(has_document and total[M.RESULTS_DIGITIZED]))
    total[M.E_RESULTS_BY_FLAG] = int(bool(has_document and total[M.RESULTS_DIGITIZED] and not sure[PaperKind.RESULT]))
    return total


def test_exempt_components_are_neither_received_nor_missing(catalogue: Catalogue) -> None:
    some, only = procedure("1"), procedure("2")
    some = replace(some, components=(some.components[0], replace(some.components[1], exempt=True)))
    only = replace(only, components=tuple(replace(paper, exempt=True) for paper in only.components))
    catalogue.register.put_centres([centre()])
    catalogue.register.put_procedures([some, only])
    issued = (Result(code="Q1", name="Giấy", flagged=True),)
    papers = (Component(code="K1", name="Đơn", flagged=True), Component(code="K2", name="Giấy tờ", flagged=True))
    catalogue.register.put_dossiers(
        [
            dossier(1, procedure="1", components=papers, results=issued),
            dossier(2, procedure="2", results=issued),
            dossier(3, procedure="2", components=(), results=issued),
        ]
    )
    (tally,) = catalogue.rates.tallies(SEPTEMBER)
    assert (tally.counts[Measure.COMPONENTS], tally.counts[Measure.COMPONENTS_DIGITIZED]) == (1, 1)
    assert tally.counts[Measure.DOSSIERS_DIGITIZED] == 2  # the second has nothing that is to be digitized
    assert [row.code for row in catalogue.rates.missing("H18.25", SEPTEMBER, 9)] == [dossier(3).code]

    catalogue.register.put_procedures([replace(some, components=procedure("1").components)])
    (tally,) = catalogue.rates.tallies(SEPTEMBER)
    assert tally.counts[Measure.COMPONENTS] == 2
    assert catalogue.rates.differences() == []
