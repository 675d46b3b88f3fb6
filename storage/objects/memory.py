"""An object store that forgets everything at the end: for tests and for trying things out."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import IntegrityError, ObjectNotFound
from pipeline.ports import StoredObject
from storage.objects.keys import check, promised_hash, require_promised
from storage.objects.streams import chunks, opened, save, verified


class MemoryStore:
    """Fills ObjectStore and Purge; safe between threads."""

    def __init__(self) -> None:
        self._objects: dict[str, tuple[bytes, StoredObject]] = {}
        self._lock = threading.Lock()

    def prepare(self) -> None:
        """Nothing to do; the other stores have it."""

    def put(self, key: str, data: bytes | Path) -> StoredObject:
        check(key)
        with opened(data) as stream:
            content = b"".join(chunks(stream))
        stored = StoredObject(key=key, size=len(content), sha256=hashlib.sha256(content).hexdigest())
        require_promised(key, stored.sha256)
        with self._lock:
            there = self._objects.get(key)
            if there is not None and there[1] != stored and promised_hash(key):
                raise IntegrityError(f"{key} is there with other bytes.")
            self._objects[key] = (content, stored)
        return stored

    def get(self, key: str) -> bytes:
        content, stored = self._find(key)
        return b"".join(verified([content], stored))

    def fetch(self, key: str, path: Path) -> StoredObject:
        content, stored = self._find(key)
        save(path, verified([content], stored))
        return stored

    def stat(self, key: str) -> StoredObject | None:
        there = self._objects.get(check(key))
        return there[1] if there else None

    def keys(self, prefix: str = "") -> Iterator[str]:
        with self._lock:
            found = sorted(key for key in self._objects if key.startswith(prefix))
        yield from found

    def purge(self, key: str) -> bool:
        with self._lock:
            return self._objects.pop(check(key), None) is not None

    def _find(self, key: str) -> tuple[bytes, StoredObject]:
        try:
            return self._objects[check(key)]
        except KeyError:
            raise ObjectNotFound(key) from None
