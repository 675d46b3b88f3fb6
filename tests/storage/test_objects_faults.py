"""Faults of real stores: disks that fill, keys that are refused, servers that die."""

from __future__ import annotations

import hashlib
import io
import os
import shlex
import socket
import subprocess
import sys
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from pathlib import Path

import pytest
from minio import Minio

from pipeline import keys
from pipeline.errors import (
    ConfigurationError,
    DiskFull,
    IntegrityError,
    NotSettled,
    ObjectNotFound,
    StoreRefused,
    StoreUnavailable,
)
from storage.objects.folder import FolderStore
from storage.objects.s3 import PART, S3Store
from storage.objects.streams import SameBytes
from tests.servers.process import free_port
from tests.servers.s3 import ACCESS_KEY, SECRET_KEY, S3Server, any_s3, seaweedfs

ROOT = Path(__file__).parents[2]


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def folder(tmp_path: Path) -> FolderStore:
    made = FolderStore(tmp_path / "objects")
    made.prepare()
    return made


# --- a folder -----------------------------------------------------------------------------------------------


def test_altered_bytes_in_a_folder_are_found(folder, tmp_path):
    original = folder.put(keys.original(sha(b"scan")), b"scan")
    text = folder.put("readings/d/r/text.txt", b"text")
    for path in (tmp_path / "objects" / original.key, (tmp_path / "objects" / text.key).resolve()):
        path.write_bytes(b"evil")
    for key in (original.key, text.key):
        with pytest.raises(IntegrityError):
            folder.get(key)
        with pytest.raises(IntegrityError):
            folder.fetch(key, tmp_path / "copy")
        assert not (tmp_path / "copy").exists()
    with pytest.raises(IntegrityError):
        folder.put(original.key, b"scan")


def test_an_object_can_be_opened_under_its_key(folder, tmp_path):
    folder.put("reports/r/report.html", b"<html>")
    assert (tmp_path / "objects/reports/r/report.html").read_bytes() == b"<html>"
    (tmp_path / "objects").rename(tmp_path / "moved")
    assert FolderStore(tmp_path / "moved").get("reports/r/report.html") == b"<html>"


def test_a_link_out_of_the_folder_is_not_followed(folder, tmp_path):
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "objects/reports").mkdir()
    (tmp_path / "objects/reports/x").symlink_to(tmp_path / "secret")
    with pytest.raises(ObjectNotFound):
        folder.get("reports/x")


def test_a_folder_whose_share_is_not_mounted_is_unavailable_and_stays_empty(folder, tmp_path):
    (tmp_path / "objects").rename(tmp_path / "elsewhere")
    (tmp_path / "objects").mkdir()
    for use in (lambda: folder.put("reports/x", b"x"), lambda: folder.stat("reports/x"), lambda: list(folder.keys())):
        with pytest.raises(StoreUnavailable, match="mounted"):
            use()
    assert list((tmp_path / "objects").iterdir()) == []


def test_preparing_again_removes_what_a_crashed_writer_left_long_ago(folder, tmp_path):
    old, new = (tmp_path / "objects/.incoming" / name for name in ("old", "new"))
    for path in (old, new):
        path.write_bytes(b"half a scan")
    os.utime(old, (0, 0))
    folder.prepare()
    assert not old.exists()
    assert new.exists()


def in_a_folder_of_1_mb(tmp_path: Path, script: str) -> str:
    """What a script prints that is given a file system of 1 MB as argv[1]: a tmpfs, which others than root mount in a
    namespace of their own."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(place)]
    run = [sys.executable, "-c", script, str(place)]
    if os.geteuid() == 0:
        subprocess.run(mount, check=True)
    else:
        run = [
            "unshare",
            "--user",
            "--map-root-user",
            "--mount",
            "sh",
            "-c",
            f'{shlex.join(mount)} && "$@"',
            "sh",
            *run,
        ]
    try:
        done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False)
    finally:
        if os.geteuid() == 0:
            subprocess.run(["umount", place], check=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_full_disk_is_said_and_nothing_half_written_stays(tmp_path):
    said = in_a_folder_of_1_mb(
        tmp_path,
        """
import sys
from pathlib import Path
from pipeline.errors import DiskFull
from storage.objects.folder import FolderStore

store = FolderStore(Path(sys.argv[1]) / "objects")
store.prepare()
store.put("reports/small", b"x" * 100_000)
try:
    store.put("reports/large", b"x" * 2_000_000)
except DiskFull as error:
    print("full:", error.code)
print("left:", len(list((Path(sys.argv[1]) / "objects/.incoming").iterdir())), list(store.keys()))
store.put("reports/small2", b"y" * 100_000)
print(len(store.get("reports/small2")))
""",
    )
    assert said.splitlines() == ["full: disk-full", "left: 0 ['reports/small']", "100000"]


def test_a_folder_that_may_not_be_written_to_is_named_and_can_be_read(tmp_path):
    said = in_a_folder_of_1_mb(
        tmp_path,
        """
import subprocess
import sys
from pathlib import Path
from pipeline.errors import FolderNotWritable
from storage.objects.folder import FolderStore

store = FolderStore(Path(sys.argv[1]) / "objects")
store.prepare()
store.put("reports/x", b"before")
subprocess.run(["mount", "-o", "remount,bind,ro", sys.argv[1]], check=True)
try:
    store.put("reports/x", b"after")
except FolderNotWritable as error:
    print(error)
print(store.get("reports/x"))
""",
    )
    assert str(tmp_path / "small/objects") in said
    assert said.splitlines()[-1] == "b'before'"


def put_many(root: Path, worker: int) -> None:
    store = FolderStore(root)
    for n in range(40):
        body = f"scan {n}".encode()
        store.put(keys.original(sha(body)), body)
        store.put("reports/a/latest.txt", f"worker {worker} {n}".encode())


def test_processes_that_put_the_same_things_at_once_lose_nothing(folder, tmp_path):
    context = get_context("spawn")
    workers = [context.Process(target=put_many, args=(tmp_path / "objects", n)) for n in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    assert len(list(folder.keys("originals/"))) == 40
    assert all(sha(folder.get(key)) == key[-64:] for key in folder.keys("originals/"))
    assert folder.get("reports/a/latest.txt").endswith(b" 39")
    assert list((tmp_path / "objects/.incoming").iterdir()) == []


# --- S3 -----------------------------------------------------------------------------------------------------


@pytest.fixture
def bucket(s3_server: S3Server) -> str:
    name = f"faults-{uuid.uuid4().hex[:12]}"
    s3_server.store(name).prepare()
    return name


def raw(server: S3Server) -> Minio:
    return Minio(endpoint=server.endpoint, access_key=ACCESS_KEY, secret_key=SECRET_KEY, secure=False)


def test_preparing_makes_a_bucket_that_keeps_former_versions_and_may_be_repeated(s3_server, bucket):
    store = s3_server.store(bucket)
    store.prepare()
    store.put("reports/a/x.txt", b"one")
    store.put("reports/a/x.txt", b"two")
    versions = list(raw(s3_server).list_objects(bucket_name=bucket, recursive=True, include_version=True))
    assert len(versions) == 2


def test_a_wrong_key_is_refused_with_the_setting_to_check_and_without_the_secret(s3_server, bucket):
    wrong_secret = s3_server.store(bucket, secret_key="not-the-secret-key")
    with pytest.raises(StoreRefused, match="SOHOA_S3_SECRET_KEY does not belong") as refused:
        wrong_secret.put("reports/x", b"x")
    assert s3_server.endpoint in str(refused.value)
    assert "not-the-secret-key" not in str(refused.value)
    with pytest.raises(StoreRefused, match="SOHOA_S3_ACCESS_KEY is not known"):
        s3_server.store(bucket, access_key="nobody").get("reports/x")


def test_a_missing_bucket_is_named(s3_server):
    store = s3_server.store("there-is-no-such-bucket")
    for use in (lambda: store.put("reports/x", b"x"), lambda: store.get("reports/x"), lambda: list(store.keys())):
        with pytest.raises(StoreRefused, match=r"SOHOA_S3_BUCKET.*there-is-no-such-bucket"):
            use()


def test_a_bucket_that_was_removed_meanwhile_is_missed(s3_server, bucket):
    store = s3_server.store(bucket)
    assert store.stat("reports/x") is None
    raw(s3_server).remove_bucket(bucket_name=bucket)
    with pytest.raises(StoreRefused, match="SOHOA_S3_BUCKET"):
        store.put("reports/x", b"x")


def test_a_server_that_is_down_is_unavailable_and_named():
    port = free_port()
    store = S3Store(endpoint=f"127.0.0.1:{port}", access_key="a", secret_key="secret", bucket="sohoa", secure=False)
    for use in (lambda: store.put("reports/x", b"x"), lambda: store.stat("reports/x"), store.prepare):
        with pytest.raises(StoreUnavailable, match=rf"127\.0\.0\.1:{port}"):
            use()


def test_a_server_that_hangs_is_unavailable():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        store = S3Store(
            endpoint=f"127.0.0.1:{silent.getsockname()[1]}",
            access_key="a",
            secret_key="secret",
            bucket="sohoa",
            secure=False,
            read_seconds=0.1,
            attempts=2,
        )
        with pytest.raises(StoreUnavailable):
            store.get("reports/x")


SLOW_DOWN = b"<Error><Code>SlowDown</Code></Error>"
FULL = b"<Error><Code>XMinioStorageFull</Code></Error>"


@pytest.mark.parametrize(
    ("status", "kind", "body", "error"),
    [
        (503, "text/html", b"<h1>Service Unavailable</h1>", StoreUnavailable),
        (503, "application/xml", SLOW_DOWN, StoreUnavailable),
        (500, "application/xml", b"<html><br></html>", StoreUnavailable),
        (507, "application/xml", FULL, DiskFull),
        (400, "text/plain", b"Client sent an HTTP request to an HTTPS server.", StoreRefused),
        (403, "application/xml", b"<Error><Code>AccessDenied</Code></Error>", StoreRefused),
        (403, "application/xml", b"<Error><Code>RequestTimeTooSkewed</Code></Error>", StoreRefused),
        (501, "application/xml", b"<Error><Code>NotImplemented</Code></Error>", StoreRefused),
    ],
    ids=["a proxy's 503", "slow down", "no XML", "storage full", "wants TLS", "denied", "clock", "no versions"],
)
def test_what_a_server_in_trouble_answers_is_told_apart(status, kind, body, error):
    class Trouble(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Retry-After", "120")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Trouble) as server:
        threading.Thread(target=server.serve_forever).start()
        endpoint = f"127.0.0.1:{server.server_port}"
        store = S3Store(
            endpoint=endpoint, access_key="a", secret_key="secret", bucket="sohoa", secure=False, attempts=2
        )
        try:
            with pytest.raises(error, match=endpoint):
                store.get("reports/x")
        finally:
            server.shutdown()


def test_a_bucket_of_an_impossible_name_is_a_setting_to_check(s3_server):
    with pytest.raises(StoreRefused, match="SOHOA_S3_BUCKET"):
        s3_server.store("Không được").prepare()


def test_tls_spoken_to_a_server_without_it_is_a_setting_to_check(s3_server, bucket):
    with pytest.raises(StoreRefused, match="SOHOA_S3_SECURE"):
        s3_server.store(bucket, secure=True).put("reports/x", b"x")


def test_an_endpoint_with_a_scheme_is_a_setting_to_check():
    with pytest.raises(ConfigurationError, match="SOHOA_S3_ENDPOINT"):
        S3Store(endpoint="https://minio.example/", access_key="a", secret_key="b", bucket="sohoa")


def test_altered_bytes_on_a_server_are_found(s3_server, bucket, tmp_path):
    store = s3_server.store(bucket)
    stored = store.put(keys.original(sha(b"scan")), b"scan")
    raw(s3_server).put_object(
        bucket_name=bucket,
        object_name=stored.key,
        data=io.BytesIO(b"evil"),
        length=4,
        metadata={"sha256": sha(b"scan")},
    )
    with pytest.raises(IntegrityError):
        store.get(stored.key)
    with pytest.raises(IntegrityError):
        store.fetch(stored.key, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_an_object_that_another_program_copied_there_has_its_hash_computed(s3_server, bucket):
    raw(s3_server).put_object(bucket_name=bucket, object_name="reports/x", data=io.BytesIO(b"text"), length=4)
    store = s3_server.store(bucket)
    stored = store.stat("reports/x")
    assert stored is not None
    assert stored.sha256 == sha(b"text")
    assert store.get("reports/x") == b"text"


@pytest.mark.parametrize("size", [1000, PART + 1000], ids=["one part", "several parts"])
def test_a_file_that_changes_while_it_is_uploaded_is_not_stored(s3_server, bucket, tmp_path, monkeypatch, size):
    source = tmp_path / "scan.pdf"
    source.write_bytes(b"a" * size)
    store = s3_server.store(bucket)
    look = store.stat

    def change_after_hashing(key: str):
        source.write_bytes(b"a" * (size - 1) + b"b")
        return look(key)

    monkeypatch.setattr(store, "stat", change_after_hashing)
    with pytest.raises(NotSettled):
        store.put("reports/x", source)
    monkeypatch.undo()
    assert store.stat("reports/x") is None


def test_a_file_that_shrinks_while_it_is_uploaded_is_not_settled():
    stream = SameBytes(io.BytesIO(b"abc"), 5, sha(b"abcde"))
    with pytest.raises(NotSettled):
        stream.read(5)


@pytest.mark.parametrize("kind", [any_s3, seaweedfs], ids=["s3", "seaweedfs"])
def test_no_acknowledged_object_is_lost_when_the_server_is_killed_in_the_middle(kind):
    with kind() as server:
        store = server.store("killed", attempts=1)
        store.prepare()
        acknowledged: list[str] = []
        refused: list[Exception] = []

        def put_until_it_fails(worker: int) -> None:
            for n in range(10_000):
                body = f"scan {worker} {n} ".encode() * 5000
                try:
                    acknowledged.append(store.put(keys.original(sha(body)), body).key)
                except StoreUnavailable as error:
                    refused.append(error)
                    return

        threads = [threading.Thread(target=put_until_it_fails, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        while len(acknowledged) < 40 and all(thread.is_alive() for thread in threads):
            time.sleep(0.01)
        server.kill()
        for thread in threads:
            thread.join()
        assert len(refused) == 4
        server.start()
        store = server.store("killed")
        assert len(acknowledged) >= 40
        assert [key for key in acknowledged if sha(store.get(key)) != key[-64:]] == []
