"""What was made of a document, as canonical JSON: from which bytes, by which reader, with which outcome.

The same document, reader and outcome give the same bytes: no times, no durations, keys sorted. The clues for matching
are in it, so that a document can be matched again after an import without being read again.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from importlib.metadata import version
from typing import Any

from pipeline import keys
from pipeline.errors import IntegrityError
from pipeline.model import Artifact, Clues, Code, Document, PageReading, ReaderIdentity, Reading
from pipeline.ports import StoredObject
from pipeline.understanding import arrival, qr

FORMAT = 1
_VERSION = version("sohoa")
_DIGITS = 4


def build(
    document: Document,
    identity: ReaderIdentity,
    pages: Sequence[Mapping[str, object]],
    codes: Sequence[Code],
    clues: Clues,
    stored: Mapping[Artifact, StoredObject],
) -> bytes:
    """The manifest of a reading, its pages as `page` tells them; `stored` are the artifacts that it vouches for."""
    return canonical(
        {
            "format": FORMAT,
            "sohoa": _VERSION,
            "document": {"id": document.id, "parts": document.parts},
            "reader": {"id": identity.id, **_plain(identity)},
            "pages": pages,
            "codes": [_code(code) for code in codes],
            # names of files are not part of what was read: they come from the receipts, each time anew
            "clues": clues,
            "artifacts": {artifact.value: stored[artifact] for artifact in sorted(stored)},
        }
    )


def parse_clues(manifest: bytes) -> Clues:
    """The clues of a manifest, without file names. Raises IntegrityError where it is none."""
    try:
        found = json.loads(manifest)["clues"]
        return Clues(
            qr_codes=tuple(found["qr_codes"]),
            qr_paper=str(found["qr_paper"]),
            text_codes=tuple(found["text_codes"]),
            heading=str(found["heading"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise IntegrityError("A manifest cannot be read.") from error


def parse_slips(manifest: bytes) -> tuple[str, ...]:
    """Personal numbers in the codes that the one-stop system printed at the top left of the pages. Raises
    IntegrityError."""
    try:
        codes = [qr.parse(code["text"]) for code in json.loads(manifest)["codes"] if code["near_top_left"]]
    except (ValueError, KeyError, TypeError) as error:
        raise IntegrityError("A manifest cannot be read.") from error
    owners = [code.owner for code in codes if isinstance(code, qr.QrPaper)]
    return tuple(dict.fromkeys(owner for owner in owners if len(owner) in (9, 12)))


def key_of(reading: Reading) -> str:
    """Where the manifest of a reading is stored."""
    return reading.artifacts.get(Artifact.MANIFEST) or keys.reading(
        reading.document, reading.identity.id, Artifact.MANIFEST
    )


def canonical(value: object) -> bytes:
    """UTF-8 JSON with sorted keys: the same value gives the same bytes. Dataclasses become objects."""
    return (json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def page(page: PageReading) -> Mapping[str, object]:
    """What a manifest says of a page."""
    return {
        "number": page.number,
        "width": page.width,
        "height": page.height,
        "to_points": page.to_points,
        "source": page.source,
        "turn": page.turn,
        "skew": round(page.skew, _DIGITS),
        "note": page.note,
        "lines": len(page.lines),
        "words": sum(len(line.words) for line in page.lines),
        "confidence": round(page.confidence, _DIGITS),
        "doubtful": sum(word.doubtful for line in page.lines for word in line.words),
        "arrivals": [
            dataclasses.replace(found, confidence=round(found.confidence, _DIGITS)) for found in arrival.find(page)
        ],
        "regions": [{"kind": region.kind, "box": region.box} for region in page.regions],
        "tables": [{"rows": table.rows, "columns": table.columns, "box": table.box} for table in page.tables],
    }


def _code(code: Code) -> dict[str, object]:
    """A citizen card's data are nobody's business here: that there is one is all that is kept."""
    card = isinstance(qr.parse(code.text), qr.CitizenCard)
    return {**_plain(code), "text": "", "citizen_card": True} if card else _plain(code)


def _plain(value: object) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(_plain(key)): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.decode("ascii") if isinstance(value, bytes) else value  # bytes are what was sealed
