"""Purging leaves nothing behind that somebody could find."""

from __future__ import annotations

import uuid
from pathlib import Path

from storage.objects.folder import FolderStore
from tests.servers.s3 import S3Server


def test_the_bytes_are_off_the_disk(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.prepare()
    store.put("readings/a/text.txt", b"what nobody may keep")
    store.purge("readings/a/text.txt")
    assert [p for p in tmp_path.rglob("*") if p.is_file() and b"nobody" in p.read_bytes()] == []


def test_former_versions_on_s3_are_gone_too(s3_server: S3Server) -> None:
    store = s3_server.store(f"purge-{uuid.uuid4().hex[:12]}")
    store.prepare()
    for text in (b"one", b"two", b"three"):
        store.put("readings/a/text.txt", text)
    store.put("readings/b/text.txt", b"other")
    store.purge("readings/a/text.txt")
    left = store._client.list_objects(bucket_name=store._bucket, recursive=True, include_version=True)
    assert {found.object_name for found in left} == {"readings/b/text.txt"}
