"""An installation with a past: documents that were received, read and indexed long before, put straight into the tables
of its catalogue, and as many files in done/.

Each has one page of a hundred words; they are of 200 centres and of the 400 days before today.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from benchmarks import material
from flows.settings import Settings
from pipeline.model import DocumentState, MediaType, ModelFile, Original, ReaderIdentity, Reading, Receipt, whole
from pipeline.output.text import PAGE_BREAK
from storage.catalogue.receipts import receipt_row
from storage.catalogue.search import index_pages
from storage.catalogue.session import Database
from storage.catalogue.tables import document_parts, documents, originals, page_texts, readings, receipts
from storage.catalogue.views import reading_row

_CENTRES, _DAYS = 200, 400
_WORDS = 100
_PORTION = 2000
_READER = ReaderIdentity(profile="fast", recipe="0", models=(ModelFile(name="m", version="0", sha256="0" * 64),))


def fill(settings: Settings, count: int, now: datetime) -> None:
    """Adds `count` documents to a prepared installation, the same ones every time."""
    chance = random.Random(count)  # noqa: S311  for a benchmark
    words = " ".join(page.truth for page in material.pages()).replace(PAGE_BREAK, " ").split()
    database = Database(settings.catalogue_url)
    try:
        for start in range(0, count, _PORTION):
            numbers = range(start, min(start + _PORTION, count))
            past = [_document(number, words, now, chance) for number in numbers]
            with database.write() as connection:
                for table, rows in _rows(past).items():
                    connection.execute(sa.insert(table), rows)
                mine = sa.select(page_texts.c.id, page_texts.c.text).where(
                    page_texts.c.reading.in_([reading.id for *_, reading in past])
                )
                index_pages(connection, [(row.id, row.text) for row in connection.execute(mine)])
            for receipt in (receipt for _, receipt, _ in past):
                folder = settings.done_folder / receipt.centre / receipt.received_at.date().isoformat()
                folder.mkdir(parents=True, exist_ok=True)
                (folder / receipt.name).touch()
    finally:
        database.close()


_Past = tuple[Original, Receipt, Reading]


def _document(number: int, words: Sequence[str], now: datetime, chance: random.Random) -> _Past:
    original = Original(
        sha256=hashlib.sha256(b"past %d" % number).hexdigest(), size=500_000, media_type=MediaType.JPEG, pages=1
    )
    receipt = Receipt(
        id=f"past-{number}",
        sha256=original.sha256,
        centre=f"H{number % _CENTRES}.1",
        name=f"scan-{number}.jpg",
        received_at=now - timedelta(days=chance.randrange(1, _DAYS)),
    )
    text = " ".join(chance.choices(words, k=_WORDS))
    reading = Reading(
        document=whole(original).id, identity=_READER, read_at=receipt.received_at, texts=(text,), confidence=0.9
    )
    return original, receipt, reading


def _rows(past: Sequence[_Past]) -> Mapping[sa.Table, list[dict[str, object]]]:
    return {
        originals: [
            {"sha256": original.sha256, "size": original.size, "media_type": original.media_type, "pages": 1}
            for original, _, _ in past
        ],
        receipts: [receipt_row(receipt) for _, receipt, _ in past],
        documents: [
            {
                "id": reading.document,
                "pages": 1,
                "state": DocumentState.DONE,
                "received_at": receipt.received_at,
                "owner": "past",
                "attempts": 1,
                "excused": 0,
                "error": "",
            }
            for _, receipt, reading in past
        ],
        document_parts: [
            {"document": reading.document, "position": 0, "sha256": original.sha256, "first": 1, "last": 1}
            for original, _, reading in past
        ],
        readings: [{**reading_row(reading), "current": True} for _, _, reading in past],
        page_texts: [{"reading": reading.id, "position": 1, "text": reading.texts[0]} for _, _, reading in past],
    }
