"""What a folder and a bucket have in common as sources, and what is each one's own."""

from __future__ import annotations

import io
import json
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from minio import Minio

from pipeline.backfill.folder import FolderSource
from pipeline.errors import FileUnreadable, FolderUnavailable, NotSettled, SourceRefused
from pipeline.ports.sources import ScanSource
from storage.objects.s3_source import S3Source
from tests.servers.s3 import ACCESS_KEY, SECRET_KEY, S3Server

Make = Callable[[Mapping[str, bytes]], ScanSource]
FILES = {
    "H18.25/Hồ sơ 1/Đơn đăng ký.pdf": b"one",
    "H18.25/a b+c%20.tif": b"two",
    "H18.26/x.png": b"three",
}
NOISE = {"H18.25/Thumbs.db": b"", "H18.25/.hidden/x.pdf": b"", "H18.25/y.pdf.part": b""}


@pytest.fixture(params=["folder", "s3"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    if request.param == "folder":
        yield lambda files: folder_of(tmp_path / "old", files)
    else:
        server: S3Server = request.getfixturevalue("s3_server")
        yield lambda files: bucket_of(server, files)[1]


def folder_of(root: Path, files: Mapping[str, bytes]) -> FolderSource:
    root.mkdir()
    for place, data in files.items():
        path = root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return FolderSource(root)


def bucket_of(server: S3Server, files: Mapping[str, bytes]) -> tuple[str, S3Source]:
    client = Minio(endpoint=server.endpoint, access_key=ACCESS_KEY, secret_key=SECRET_KEY, secure=False)
    bucket = f"old-{uuid.uuid4().hex[:12]}"
    client.make_bucket(bucket_name=bucket)
    for place, data in files.items():
        store(client, bucket, f"archive/{place}", data)
    store(client, bucket, "archivex/not-ours.pdf", b"")
    return bucket, source_of(server, bucket)


def store(client: Minio, bucket: str, key: str, data: bytes) -> None:
    client.put_object(bucket_name=bucket, object_name=key, data=io.BytesIO(data), length=len(data))


def let_anybody_read(server: S3Server, bucket: str, keys: str) -> None:
    """Everybody may list the bucket, and read the objects with these keys alone."""
    public = {"Effect": "Allow", "Principal": {"AWS": ["*"]}}
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {**public, "Action": ["s3:ListBucket"], "Resource": [f"arn:aws:s3:::{bucket}"]},
            {**public, "Action": ["s3:GetObject"], "Resource": [f"arn:aws:s3:::{bucket}/{keys}"]},
        ],
    }
    client = Minio(endpoint=server.endpoint, access_key=ACCESS_KEY, secret_key=SECRET_KEY, secure=False)
    client.set_bucket_policy(bucket_name=bucket, policy=json.dumps(policy))


def source_of(server: S3Server, bucket: str, key: str = ACCESS_KEY, secret: str = SECRET_KEY) -> S3Source:
    return S3Source(
        endpoint=server.endpoint, access_key=key, secret_key=secret, secure=False, bucket=bucket, prefix="archive"
    )


def test_every_scan_is_listed_with_its_size_and_can_be_opened(make: Make, tmp_path: Path) -> None:
    source = make({**FILES, **NOISE})
    listed = {file.place: file.size for file in source.files()}
    assert listed == {place: len(data) for place, data in FILES.items()}
    for place, data in FILES.items():
        with source.opened(place, tmp_path / "scratch") as path:
            assert path.read_bytes() == data
    assert not list((tmp_path / "scratch").rglob("*"))


def test_the_source_is_left_as_it_was(make: Make, tmp_path: Path) -> None:
    source = make(FILES)
    before = list(source.files())
    for file in before:
        with source.opened(file.place, tmp_path / "scratch"):
            pass
    assert sorted(source.files(), key=str) == sorted(before, key=str)


def test_a_file_that_is_gone_is_tried_again(make: Make, tmp_path: Path) -> None:
    source = make(FILES)
    with pytest.raises(NotSettled), source.opened("H18.25/gone.pdf", tmp_path / "scratch"):
        pass


def test_an_empty_source_has_no_files(make: Make) -> None:
    assert list(make({}).files()) == []


# --- a folder's own -----------------------------------------------------------------------------------------


def test_links_are_not_followed_into_cycles_or_out_of_the_source(tmp_path: Path) -> None:
    source = folder_of(tmp_path / "old", FILES)
    secret = tmp_path / "secret.pdf"
    secret.write_bytes(b"not ours")
    (tmp_path / "old" / "H18.25" / "again").symlink_to(tmp_path / "old")
    (tmp_path / "old" / "H18.25" / "out.pdf").symlink_to(secret)
    assert {file.place for file in source.files()} == set(FILES)
    for place in ("H18.25/out.pdf", "H18.25/again/H18.26/x.png", "../secret.pdf", "bytes:/etc/passwd"):
        with pytest.raises(NotSettled), source.opened(place, tmp_path):
            pass


def test_a_folder_that_may_not_be_listed_is_listed_itself_and_cannot_be_read(tmp_path: Path) -> None:
    root = Path(tempfile.mkdtemp())  # pytest's own folder is closed to others than its user
    try:
        source = folder_of(root / "old", FILES)
        root.chmod(0o755)
        (root / "old/H18.25/Hồ sơ 1").chmod(0)
        with as_nobody():
            found = {file.place for file in source.files()}
            assert found == {*FILES} - {"H18.25/Hồ sơ 1/Đơn đăng ký.pdf"} | {"H18.25/Hồ sơ 1"}
            with pytest.raises(FileUnreadable), source.opened("H18.25/Hồ sơ 1", tmp_path):
                pass
    finally:
        (root / "old/H18.25/Hồ sơ 1").chmod(0o755)
        shutil.rmtree(root)


@contextmanager
def as_nobody() -> Iterator[None]:
    """Root may list everything."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_a_name_that_is_no_utf8_is_found_again(tmp_path: Path) -> None:
    root = tmp_path / "old"
    root.mkdir()
    (root / os.fsdecode(b"\xd0\xe5 \x80.pdf")).write_bytes(b"cp1258")
    (root / "bytes:%41.pdf").write_bytes(b"tricky")
    source = FolderSource(root)
    found = {}
    for file in source.files():
        file.place.encode()
        with source.opened(file.place, tmp_path) as path:
            found[path.read_bytes()] = file.place
    assert set(found) == {b"cp1258", b"tricky"}


def test_a_share_that_is_not_mounted_is_no_empty_source(tmp_path: Path) -> None:
    source = FolderSource(tmp_path / "share")
    with pytest.raises(FolderUnavailable):
        list(source.files())
    with pytest.raises(FolderUnavailable), source.opened("a.pdf", tmp_path):
        pass


# --- a bucket's own -----------------------------------------------------------------------------------------


def test_listing_goes_on_behind_the_last_key(s3_server: S3Server) -> None:
    _, source = bucket_of(s3_server, FILES)
    every = [file.place for file in source.files()]
    assert [file.place for file in source.files(after=every[0])] == every[1:]


def test_objects_that_may_not_be_read_are_told_from_those_that_may(s3_server: S3Server, tmp_path: Path) -> None:
    bucket, _ = bucket_of(s3_server, FILES)
    let_anybody_read(s3_server, bucket, "archive/H18.26/*")
    source = source_of(s3_server, bucket, "", "")
    assert {file.place for file in source.files()} == set(FILES)
    with source.opened("H18.26/x.png", tmp_path) as path:
        assert path.read_bytes() == b"three"
    with pytest.raises(FileUnreadable), source.opened("H18.25/a b+c%20.tif", tmp_path):
        pass


def test_a_wrong_key_names_the_settings_of_the_source(s3_server: S3Server) -> None:
    bucket, _ = bucket_of(s3_server, {})
    with pytest.raises(SourceRefused, match="SOHOA_BACKFILL_S3_SECRET_KEY"):
        list(source_of(s3_server, bucket, secret="wrong-secret").files())
