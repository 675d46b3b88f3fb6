"""The sums that the writes maintain are those of a full recount, whatever was written in whatever order."""

from __future__ import annotations

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from pipeline.indicators.periods import parse
from pipeline.model import (
    Component,
    Dossier,
    DossierStatus,
    MatchSource,
    Measure,
    Period,
    Result,
    Scope,
    Tally,
    Tombstone,
)
from storage.catalogue import Catalogue
from storage.catalogue.procedure_tallies import MEASURES
from tests.storage.catalogue_builders import (
    NOW,
    SEPTEMBER,
    centre,
    dossier,
    drop,
    fill_register,
    match,
    minutes,
    original,
    procedure,
    reading,
)

CENTRES = ("H18.1", "H18.2", "H35.1")
PROCEDURES = ("P0", "P1", "P2")
PERIODS = (
    SEPTEMBER,
    parse("9T/2023"),
    parse("2023"),
    parse("2023-08-15..2023-09-14"),
    parse("2023-07-31..2023-10-01"),
    parse("2023-09-30..2023-09-30"),
    parse("2022"),
)


class History:
    """Writes to a catalogue as clerks, imports and workers do, at random."""

    def __init__(self, catalogue: Catalogue, seed: int) -> None:
        self.catalogue = catalogue
        self.random = random.Random(seed)
        self.minute = 0
        catalogue.register.put_centres([centre(code) for code in CENTRES])
        catalogue.register.put_procedures([procedure(code, result_is_document=code != "P0") for code in PROCEDURES])
        self.dossiers = {n: self.some_dossier(n) for n in range(25)}
        catalogue.register.put_dossiers(self.dossiers.values())
        self.documents = [drop(catalogue, number) for number in range(12)]

    def some_dossier(self, number: int) -> Dossier:
        source = self.random
        day = datetime(2023, source.choice([7, 8, 9, 10]), source.choice([1, 14, 15, 30]), tzinfo=UTC)
        received = day + timedelta(minutes=source.randrange(24 * 60))
        return dossier(
            number,
            centre=source.choice(CENTRES),
            procedure=source.choice(PROCEDURES),
            status=source.choice(list(DossierStatus)),
            received_at=source.choice([received, received, received, None]),
            components=tuple(
                Component(code=f"K{n}", name="", flagged=source.random() < 0.2, reused=source.random() < 0.2)
                for n in range(source.randrange(4))
            ),
            results=tuple(
                Result(code=f"Q{n}", name="", flagged=source.random() < 0.3) for n in range(source.randrange(3))
            ),
        )

    def step(self) -> None:
        self.minute += 1
        self.random.choice(
            (self.add, self.change, self.read, self.match, self.match, self.flip, self.purge, self.move)
        )()

    def add(self) -> None:
        number = len(self.dossiers)
        self.dossiers[number] = self.some_dossier(number)
        self.catalogue.register.put_dossiers([self.dossiers[number]])

    def change(self) -> None:
        numbers = self.random.sample(sorted(self.dossiers), 4)
        changed = {number: self.some_dossier(number) for number in numbers}
        dry = self.random.random() < 0.3
        self.catalogue.register.put_dossiers(changed.values(), dry_run=dry)
        if not dry:
            self.dossiers |= changed

    def read(self) -> None:
        document = self.random.choice(self.documents)
        self.catalogue.retry.retry([document.id], NOW)
        for claim in self.catalogue.queue.claim([document.id], "reader", NOW, minutes(15)):
            self.catalogue.queue.finish(claim, reading(document))

    def match(self) -> None:
        kind = self.random.choices(list(MatchSource), [1, 4, 4, 4])[0]
        document = self.random.choice(self.documents)
        to = self.random.choice(list(self.dossiers.values()))
        papers = self.random.sample(("K0", "K1", "K2", "Q0", "Q1"), 2)
        self.catalogue.matches.record([match(document, to, p, source=kind, at=self.minute) for p in papers])

    def flip(self) -> None:
        code = self.random.choice(PROCEDURES)
        self.catalogue.register.put_procedures([procedure(code, result_is_document=self.random.random() < 0.5)])

    def move(self) -> None:
        code = self.random.choice(CENTRES)
        province = self.random.choice(("H18", "H35"))
        since = date(2023, self.random.randrange(1, 13), 1)
        self.catalogue.register.put_centres([centre(code, province=province, since=since)])

    def purge(self) -> None:
        number = self.random.randrange(len(self.documents))
        self.catalogue.tombstones.record(
            Tombstone(sha256=original(number).sha256, code="spam", document=self.documents[number].id, purged_at=NOW)
        )


@pytest.mark.parametrize("seed", range(5))
def test_after_every_write_the_sums_are_those_of_a_recount(catalogue: Catalogue, seed: int) -> None:
    history = History(catalogue, seed)
    assert catalogue.rates.differences() == []
    for _ in range(25):
        history.step()
        assert catalogue.rates.differences() == []
    for period in PERIODS:
        whole = catalogue.rates.tallies(period)
        assert _nonzero(whole) == _nonzero(catalogue.rates.recount(period))
        for place in ("H18", "H35"):
            inside = [tally for tally in whole if tally.centre.province == place]
            assert catalogue.rates.tallies(period, Scope.PROVINCE, place) == inside
        for code in CENTRES:
            (tally,) = catalogue.rates.tallies(period, Scope.CENTRE, code)
            assert tally in whole
            _assert_procedures_add_up(catalogue, period, tally)


def _assert_procedures_add_up(catalogue: Catalogue, period: Period, tally: Tally) -> None:
    rows = catalogue.rates.procedures(period, PROCEDURES, Scope.CENTRE, tally.centre.code)
    for measure in MEASURES:
        assert sum(row.counts[measure] for row in rows) == tally.counts.get(measure, 0)


def test_the_months_of_a_year_add_up_to_it(catalogue: Catalogue) -> None:
    History(catalogue, 7)
    year = parse("2023")
    months = catalogue.rates.months(year.first, year.last)
    assert [month.month for month in months] == [7, 8, 9, 10]
    for measure in MEASURES:
        whole = sum(tally.counts.get(measure, 0) for tally in catalogue.rates.tallies(year))
        assert sum(counts[measure] for counts in months.values()) == whole
    some = catalogue.rates.months(date(2023, 8, 20), date(2023, 9, 1), Scope.PROVINCE, "H18")
    assert list(some) == [date(2023, 8, 1), date(2023, 9, 1)]
    assert not catalogue.rates.months(year.first, year.last, Scope.PROVINCE, "H99")


def test_a_year_before_is_counted_for_the_centres_that_a_province_has_now(catalogue: Catalogue) -> None:
    fill_register(catalogue, dossier(1))
    catalogue.register.put_centres([centre(province="H35", since=date(2024, 7, 1))])
    assert catalogue.rates.tallies(SEPTEMBER, Scope.PROVINCE, "H35") == []
    (then,) = catalogue.rates.tallies(SEPTEMBER, Scope.PROVINCE, "H18")
    later = [tally.centre for tally in catalogue.rates.tallies(parse("T9/2024"), Scope.PROVINCE, "H35")]
    (now,) = catalogue.rates.tallies(SEPTEMBER, Scope.PROVINCE, "H35", of=later)
    assert (now.centre.province, now.counts) == ("H35", then.counts)


def _nonzero(tallies: Sequence[Tally]) -> dict[str, dict[Measure, int]]:
    return {t.centre.code: {m: n for m, n in t.counts.items() if n} for t in tallies}


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2023, 9, 1), date(2023, 9, 30)),
        (date(2023, 9, 2), date(2023, 9, 29)),
        (date(2023, 8, 31), date(2023, 10, 1)),
        (date(2023, 1, 1), date(2023, 12, 31)),
        (date(2023, 9, 14), date(2023, 9, 14)),
    ],
)
def test_every_day_of_a_period_counts_once(catalogue: Catalogue, first: date, last: date) -> None:
    days = [date(2023, 1, 1) + timedelta(days=n) for n in range(365)]
    rows = [dossier(n, received_at=datetime(d.year, d.month, d.day, 5, tzinfo=UTC)) for n, d in enumerate(days)]
    fill_register(catalogue, *rows)
    (tally,) = catalogue.rates.tallies(Period(name="", first=first, last=last))
    assert tally.counts[Measure.DOSSIERS] == (last - first).days + 1


def test_what_wrote_past_the_program_is_found_and_mended(catalogue: Catalogue) -> None:
    fill_register(catalogue, dossier(1), dossier(2))
    with catalogue._database.write() as connection:
        connection.exec_driver_sql("DELETE FROM results")
    day = date(2023, 9, 14)
    assert catalogue.rates.differences() == [("H18.25", day)]
    catalogue.rates.rebuild()
    assert catalogue.rates.differences() == []


def test_writers_at_the_same_time_lose_nothing(catalogue: Catalogue) -> None:
    """Imports move dossiers from day to day while workers match and read documents of them."""
    rows = [dossier(n) for n in range(6)]
    fill_register(catalogue, *rows)
    documents = [drop(catalogue, n) for n in range(6)]

    def importing() -> None:
        for hour in range(8):
            moved = [replace(row, received_at=minutes(24 * 60 * (hour % 3))) for row in rows]
            catalogue.register.put_dossiers(moved)

    def digitizing() -> None:
        for document, row in zip(documents, rows, strict=True):
            for claim in catalogue.queue.claim([document.id], "reader", NOW, minutes(15)):
                catalogue.matches.record([match(document, row), match(document, row, "Q1")])
                catalogue.queue.finish(claim, reading(document))

    with ThreadPoolExecutor() as pool:
        for done in [pool.submit(task) for task in (importing, digitizing)]:
            done.result()
    assert catalogue.rates.differences() == []
    (tally,) = catalogue.rates.tallies(SEPTEMBER)
    assert tally.counts[Measure.COMPONENTS_DIGITIZED] == 6
