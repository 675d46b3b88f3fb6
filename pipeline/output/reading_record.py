"""A reading as an object beside its files: what the catalogue says of it, so that the catalogue can be rebuilt.

The manifest says nothing of time, so that the same reading gives the same bytes; this file does.
"""

from __future__ import annotations

from dataclasses import replace

from pydantic import ValidationError

from pipeline.adapters import adapter
from pipeline.errors import IntegrityError
from pipeline.model import Reading
from pipeline.output import manifest, text


def dump(reading: Reading) -> bytes:
    """All but the texts, which are in the text file."""
    return manifest.canonical(replace(reading, texts=()))


def load(record: bytes, texts: bytes) -> Reading:
    """A reading from its record and its text file. Raises IntegrityError."""
    try:
        return replace(adapter(Reading).validate_json(record), texts=text.parse(texts.decode()))
    except (ValidationError, UnicodeDecodeError):
        raise IntegrityError("The record of a reading cannot be read.") from None
