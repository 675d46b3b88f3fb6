"""What a key may look like, and what it promises about the bytes under it."""

from __future__ import annotations

import re

from pipeline.errors import IntegrityError, UsageError

_SEGMENT = r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}"
_KEY = re.compile(rf"{_SEGMENT}(?:/{_SEGMENT})*", re.ASCII)
_ORIGINAL = re.compile(r"originals/([0-9a-f]{2})/(\1[0-9a-f]{62})", re.ASCII)
_ORIGINALS = "originals/"
LONGEST = 900
"""S3 allows 1,024 bytes; the rest is for what a store keeps beside an object."""


def check(key: str) -> str:
    """Returns `key`: segments of ASCII letters, digits and `._-` that begin with a letter or digit, with / between.

    Raises UsageError for anything else, so that no key leaves a store's folder or means two things on two systems.
    """
    if len(key) > LONGEST or not _KEY.fullmatch(key):
        raise UsageError(f"{key!r} cannot be the key of an object.")
    if key.startswith(_ORIGINALS) and not _ORIGINAL.fullmatch(key):
        raise UsageError(f"{key!r} is not the key of an original, originals/ab/abcd…")
    return key


def promised_hash(key: str) -> str | None:
    """The SHA-256 that the key of an original promises; None for every other key."""
    match = _ORIGINAL.fullmatch(key)
    return match.group(2) if match else None


def require_promised(key: str, sha256: str) -> None:
    """Raises IntegrityError where the bytes with this hash are not those that the key promises."""
    promised = promised_hash(key)
    if promised is not None and promised != sha256:
        raise IntegrityError(f"{key} was given bytes with the hash {sha256}.")
