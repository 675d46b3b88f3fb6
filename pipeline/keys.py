"""Names of objects in the store: functions of content, so that a second run writes the same things.

    originals/ab/abcd…64          the bytes as they came
    receipts/<centre>/<yyyy-mm-dd>/<receipt id>.json
    readings/<document id>/<reader id>/text.txt, page.hocr, searchable.pdf, manifest.json, reading.json
    tombstones/<sha256>.json                  what was purged, and why
    matches/<document id>/<yyyymmddThhmmss.ffffff>.json, or …-withdrawn.json where one made by hand was taken back
    choices/<document id>/<yyyymmddThhmmss.ffffff>.json     which reading counts, where several were made
    registers/<yyyymmddThhmmss.ffffff>-<sha256, 12 digits>/<kind>.csv, .xlsx or .json: the imported file as it came;
                                              what was changed by hand as a file of the same layout
    gates/<yyyymmddThhmmss.ffffff>.json       what was set for a gate
    profiles/<yyyymmddThhmmss.ffffff>.json    with which profile a centre reads from then on
    verdicts/<document id>/<yyyymmddThhmmss.ffffff>.json    what somebody said of a document in a sample
    backfills/<backfill id>.json              what a backfill was asked to do
    look-ups/<yyyy-mm-dd>/<look-up id>.json   who asked another system, when, why and for which dossier
    reports/<yyyymmddThhmmss>/<name>.html …
    editions/<report>/<number>-<yyyymmddThhmmss.ffffff>/<name>.html …, figures.json, inputs.json.gz, edition.json

What is neither an original nor a report is there so that the catalogue can be rebuilt from the store.
"""

from __future__ import annotations

from datetime import datetime

from pipeline.model import Artifact, GateSetting, LookUpNote, Match, ReadingChoice, Receipt, Verdict, Withdrawal


def original(sha256: str) -> str:
    return f"originals/{sha256[:2]}/{sha256}"


def receipt(of: Receipt) -> str:
    return f"receipts/{of.centre}/{of.received_at:%Y-%m-%d}/{of.id}.json"


def tombstone(sha256: str) -> str:
    return f"tombstones/{sha256}.json"


def readings(document: str) -> str:
    """What the keys of all that was read in a document begin with."""
    return f"readings/{document}/"


def reading(document: str, reader: str, artifact: Artifact) -> str:
    return f"readings/{document}/{reader}/{artifact.value}"


def reading_record(document: str, reader: str) -> str:
    return f"readings/{document}/{reader}/reading.json"


def match(of: Match) -> str:
    return f"matches/{of.document}/{of.matched_at:%Y%m%dT%H%M%S.%f}.json"


def withdrawal(of: Withdrawal) -> str:
    return f"matches/{of.document}/{of.withdrawn_at:%Y%m%dT%H%M%S.%f}-withdrawn.json"


def choice(document: str, chosen_at: datetime) -> str:
    return f"choices/{document}/{chosen_at:%Y%m%dT%H%M%S.%f}.json"


def register(kind: str, imported_at: datetime, sha256: str, suffix: str) -> str:
    """`suffix` is the imported file's own, with its dot."""
    return f"registers/{imported_at:%Y%m%dT%H%M%S.%f}-{sha256[:12]}/{kind}{suffix.lower()}"


def gate_setting(of: GateSetting) -> str:
    return f"gates/{of.set_at:%Y%m%dT%H%M%S.%f}.json"


def reading_choice(of: ReadingChoice) -> str:
    return f"profiles/{of.set_at:%Y%m%dT%H%M%S.%f}.json"


def backfill(id_: str) -> str:
    return f"backfills/{id_}.json"


def look_up(of: LookUpNote) -> str:
    return f"look-ups/{of.at:%Y-%m-%d}/{of.id}.json"


def report(made_at: datetime, name: str) -> str:
    return f"reports/{made_at:%Y%m%dT%H%M%S}/{name}"


def edition(published_at: datetime, report: str, number: int, name: str) -> str:
    return f"editions/{report}/{number}-{published_at:%Y%m%dT%H%M%S.%f}/{name}"


def verdict(of: Verdict) -> str:
    return f"verdicts/{of.document}/{of.at:%Y%m%dT%H%M%S.%f}.json"
