"""What every ObjectStore does: in memory, in a folder, on MinIO and on SeaweedFS."""

from __future__ import annotations

import hashlib
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline import keys
from pipeline.errors import IntegrityError, NotSettled, ObjectNotFound, UsageError
from pipeline.ports import ObjectStore, StoredObject
from storage.objects.folder import FolderStore
from storage.objects.memory import MemoryStore
from storage.objects.s3 import PART


@pytest.fixture(params=["memory", "folder", "s3", "seaweedfs"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    made: MemoryStore | FolderStore
    match request.param:
        case "memory":
            made = MemoryStore()
        case "folder":
            made = FolderStore(tmp_path / "objects")
        case "s3":
            made = request.getfixturevalue("s3_server").store(f"contract-{uuid.uuid4().hex[:12]}")
        case _:
            made = request.getfixturevalue("seaweedfs_server").store(f"contract-{uuid.uuid4().hex[:12]}")
    made.prepare()
    return made


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_bytes_come_back_as_they_were_put_with_size_and_hash(store):
    data = b"%PDF-1.7 \x00\xff"
    stored = store.put("reports/a/report.html", data)
    assert stored == StoredObject(key="reports/a/report.html", size=len(data), sha256=sha(data))
    assert store.get("reports/a/report.html") == data
    assert store.stat("reports/a/report.html") == stored


def test_a_file_is_put_and_fetched_as_a_file(store, tmp_path):
    data = bytes(range(256)) * 5000
    source, copy = tmp_path / "source.pdf", tmp_path / "copy.pdf"
    source.write_bytes(data)
    stored = store.put(keys.original(sha(data)), source)
    assert stored.sha256 == sha(data)
    assert store.fetch(stored.key, copy) == stored
    assert copy.read_bytes() == data
    assert sorted(p.name for p in tmp_path.iterdir() if p.is_file()) == ["copy.pdf", "source.pdf"]


def test_an_object_without_bytes_is_an_object(store):
    assert store.put("reports/a/empty.txt", b"").size == 0
    assert store.get("reports/a/empty.txt") == b""
    assert store.stat("reports/a/empty.txt") == StoredObject(key="reports/a/empty.txt", size=0, sha256=sha(b""))


def test_an_object_larger_than_one_part_comes_back_whole(store, tmp_path):
    data = bytes(range(251)) * (PART // 251 + 4000)
    source, copy = tmp_path / "large.tif", tmp_path / "copy.tif"
    source.write_bytes(data)
    stored = store.put(keys.original(sha(data)), source)
    assert stored == store.stat(stored.key) == store.fetch(stored.key, copy)
    assert copy.read_bytes() == data


def test_putting_the_same_bytes_again_changes_nothing(store):
    key = keys.original(sha(b"scan"))
    assert store.put(key, b"scan") == store.put(key, b"scan")
    assert list(store.keys()) == [key]
    assert store.get(key) == b"scan"


def test_an_object_that_is_no_original_is_replaced(store):
    store.put("readings/d/r/text.txt", b"one")
    after = store.put("readings/d/r/text.txt", b"another")
    assert store.get("readings/d/r/text.txt") == b"another"
    assert store.stat("readings/d/r/text.txt") == after
    store.put("readings/d/r/text.txt", b"one")
    assert store.get("readings/d/r/text.txt") == b"one"


def test_an_original_takes_no_other_bytes_than_its_name_promises(store):
    key = keys.original(sha(b"scan"))
    with pytest.raises(IntegrityError):
        store.put(key, b"another scan")
    assert store.stat(key) is None
    store.put(key, b"scan")
    with pytest.raises(IntegrityError):
        store.put(key, b"another scan")
    assert store.get(key) == b"scan"


def test_what_is_not_there_is_said_to_be_missing(store, tmp_path):
    store.put("reports/a/b.csv", b"x")
    for key in ("reports/a/c.csv", "reports/a", "reports/a/b.csv/d"):
        assert store.stat(key) is None
        with pytest.raises(ObjectNotFound):
            store.get(key)
        with pytest.raises(ObjectNotFound):
            store.fetch(key, tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_a_file_to_put_that_is_gone_is_tried_again_later(store, tmp_path):
    with pytest.raises(NotSettled):
        store.put("reports/a/b.csv", tmp_path / "gone")
    assert store.stat("reports/a/b.csv") is None


def test_keys_come_in_ascending_order_below_a_prefix(store):
    names = ["receipts/H18/2026-11-24/b.json", "receipts/H18/2026-11-24/a.json", "receipts/H18-1/x.json"]
    names += ["receipts/H18.25/x.json", "receipts/H180.json", "registers/x.json", "receipts/H18/2026-11-24.json"]
    for name in names:
        store.put(name, name.encode())
    assert list(store.keys()) == sorted(names)
    assert list(store.keys("receipts/H18/")) == sorted(n for n in names if n.startswith("receipts/H18/"))
    assert list(store.keys("receipts/H18")) == sorted(n for n in names if n.startswith("receipts/H18"))
    assert list(store.keys("receipts/H18/2026-11-24/a")) == ["receipts/H18/2026-11-24/a.json"]
    assert list(store.keys("matches/")) == []


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/etc/passwd",
        "..",
        "reports/../../x",
        "reports//x",
        "reports/x/",
        ".content/ab/x",
        "reports/.hidden",
        "reports/x y",
        "reports/x\n",
        "reports/x\x00y",
        "reports\\x",
        "reports/hồ-sơ",
        "originals/ab/x",
        "originals/x",
        f"originals/00/{'ab' * 32}",
        "reports/" + "x" * 1000,
    ],
)
def test_a_surprising_key_is_refused_by_every_method(store, key, tmp_path):
    for use in (
        lambda: store.put(key, b"x"),
        lambda: store.get(key),
        lambda: store.stat(key),
        lambda: store.fetch(key, tmp_path / "x"),
    ):
        with pytest.raises(UsageError):
            use()
    assert list(store.keys()) == []


def test_many_putting_at_once_lose_nothing(store):
    bodies = [f"scan {n % 10}".encode() for n in range(60)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda body: store.put(keys.original(sha(body)), body), bodies))
        list(pool.map(lambda body: store.put("reports/a/latest.txt", body), bodies))
    assert len(list(store.keys("originals/"))) == 10
    for body in bodies[:10]:
        assert store.get(keys.original(sha(body))) == body
    assert store.get("reports/a/latest.txt") in bodies


def test_what_is_purged_is_gone_and_everything_else_stays(store):
    purged, kept = b"%PDF purged", b"%PDF kept"
    store.put(keys.original(sha(purged)), purged)
    store.put(keys.original(sha(kept)), kept)
    store.put("readings/a/text.txt", b"first")
    store.put("readings/a/text.txt", b"second")
    store.put("readings/a/text.txt.more", b"third")
    assert store.purge(keys.original(sha(purged))) is True
    assert store.purge("readings/a/text.txt") is True
    for key in (keys.original(sha(purged)), "readings/a/text.txt"):
        assert store.stat(key) is None
        with pytest.raises(ObjectNotFound):
            store.get(key)
        assert store.purge(key) is False
    assert sorted(store.keys()) == sorted([keys.original(sha(kept)), "readings/a/text.txt.more"])
    assert store.get(keys.original(sha(kept))) == kept


def test_purging_one_of_two_equal_objects_leaves_the_other(store):
    store.put("readings/a/text.txt", b"")
    store.put("readings/b/text.txt", b"")
    assert store.purge("readings/a/text.txt") is True
    assert store.get("readings/b/text.txt") == b""


def test_what_was_purged_can_be_put_again(store):
    data = b"%PDF again"
    store.put(keys.original(sha(data)), data)
    store.purge(keys.original(sha(data)))
    store.put(keys.original(sha(data)), data)
    assert store.get(keys.original(sha(data))) == data
