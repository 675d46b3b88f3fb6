"""Encryption of personal data at rest, and digests that only this installation can compute (Fernet: AES-128-CBC with
HMAC-SHA256). Of several keys the first encrypts, all decrypt: so keys are changed."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from pipeline.errors import IntegrityError, NotConfigured
from pipeline.model import Record


def new_key() -> str:
    return Fernet.generate_key().decode()


class Seal:
    """Seals records with the keys of the settings."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Raises NotConfigured where there is no key, or one that is none."""
        if not keys:
            raise NotConfigured("SOHOA_CONNECTIONS_KEY is empty; `sohoa connections key` makes one.")
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError:
            raise NotConfigured("SOHOA_CONNECTIONS_KEY holds no key; `sohoa connections key` makes one.") from None
        # The last: a new key is put before the others, and digests stay what they are.
        self._digest_key = keys[-1].encode()

    def seal(self, record: Record) -> bytes:
        return self._fernet.encrypt(_canonical(record))

    def open(self, sealed: bytes) -> dict[str, Any]:
        """Raises IntegrityError where it was sealed with another key, or altered."""
        try:
            found: dict[str, Any] = json.loads(self._fernet.decrypt(sealed))
        except InvalidToken:
            raise IntegrityError("a sealed record; was the key in SOHOA_CONNECTIONS_KEY taken away?") from None
        return found

    def digest(self, record: Record) -> str:
        """64 hex digits, the same for the same record, that say nothing to whoever has no key."""
        return hmac.new(self._digest_key, _canonical(record), hashlib.sha256).hexdigest()


def _canonical(record: Record) -> bytes:
    return json.dumps(record, ensure_ascii=False, sort_keys=True, default=str).encode()
