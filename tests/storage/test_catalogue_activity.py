from datetime import UTC, date, datetime, timedelta

import pytest

from pipeline.model import MediaType, Original, ReaderIdentity, Reading, Receipt, whole
from storage.catalogue import Catalogue


@pytest.fixture(params=["sqlite", "postgresql"])
def catalogue(request, tmp_path):
    url = f"sqlite:///{tmp_path / 'c.sqlite'}" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    opened = Catalogue(url)
    opened.upgrade()
    yield opened
    opened.close()


def test_days_of_receipts_are_those_of_vietnam(catalogue):
    moments = {
        "A": [(2026, 11, 23, 16, 59), (2026, 11, 23, 17, 0), (2026, 11, 24, 3, 0)],
        "B": [(2026, 11, 1, 3, 0), (2026, 11, 24, 3, 0)],
    }
    for centre, times in moments.items():
        for number, time in enumerate(times):
            sha = f"{ord(centre)}{number}".rjust(64, "0")
            original = Original(sha256=sha, size=1, media_type=MediaType.PDF, pages=1)
            at = datetime(*time, tzinfo=UTC)
            receipt = Receipt(id=sha, sha256=sha, centre=centre, name="a.pdf", received_at=at)
            catalogue.receipts.record(receipt, original, [whole(original)])
    days = catalogue.activity.days_of_receipts(datetime(2026, 11, 20, tzinfo=UTC))
    assert days == {"A": {date(2026, 11, 23), date(2026, 11, 24)}, "B": {date(2026, 11, 24)}}


def test_who_reads_one_document_after_the_other_is_reading_between_two_of_them(catalogue):
    now, minute = datetime(2026, 11, 24, 3, tzinfo=UTC), timedelta(minutes=1)
    ids = []
    for sha in ("1" * 64, "2" * 64):
        original = Original(sha256=sha, size=1, media_type=MediaType.PDF, pages=1)
        receipt = Receipt(id=sha, sha256=sha, centre="A", name="a.pdf", received_at=now)
        catalogue.receipts.record(receipt, original, [whole(original)])
        ids.append(whole(original).id)
    assert not catalogue.activity.is_reading(ids, now, now - minute)
    (claim,) = catalogue.queue.claim(ids[:1], "host:1", now, now + minute)
    assert catalogue.activity.is_reading(ids, now, now)
    assert not catalogue.activity.is_reading(ids, now + minute, now)  # its lease is over
    identity = ReaderIdentity(profile="fast", recipe="1", models=())
    catalogue.queue.finish(
        claim, Reading(document=ids[0], identity=identity, read_at=now, texts=("a",), confidence=0.9)
    )
    assert catalogue.activity.is_reading(ids, now, now - minute)
    assert not catalogue.activity.is_reading(ids, now, now)
    assert not catalogue.activity.is_reading(ids[1:], now, now - minute)
