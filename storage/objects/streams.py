"""Bytes on their way into a store and out of it, checked on the way."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from pipeline.errors import DiskFull, FolderNotWritable, IntegrityError, NotSettled, SohoaError, StoreUnavailable
from pipeline.ports import StoredObject

CHUNK = 1024 * 1024

_FULL = (errno.ENOSPC, errno.EDQUOT)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS, errno.EOPNOTSUPP)


@contextlib.contextmanager
def opened(data: bytes | Path) -> Iterator[BinaryIO]:
    """The bytes as a stream. Raises NotSettled where the file cannot be opened: it is gone, or locked by its writer."""
    if isinstance(data, bytes):
        yield io.BytesIO(data)
        return
    try:
        stream = data.open("rb")
    except OSError as error:
        raise NotSettled(f"A file to store cannot be opened: {error.strerror}.") from error
    with stream:
        yield stream


def chunks(stream: BinaryIO) -> Iterator[bytes]:
    """The stream in pieces. Raises NotSettled where its file cannot be read (a lock, a share that went away)."""
    try:
        while chunk := stream.read(CHUNK):
            yield chunk
    except OSError as error:
        raise NotSettled(f"A file to store cannot be read: {error.strerror}.") from error


def measure(stream: BinaryIO) -> tuple[int, str]:
    """Size and SHA-256 of a stream, which is then at its beginning again."""
    sha, size = hashlib.sha256(), 0
    for chunk in chunks(stream):
        sha.update(chunk)
        size += len(chunk)
    stream.seek(0)
    return size, sha.hexdigest()


class SameBytes:
    """Gives exactly the `size` bytes with the hash `sha256`, or raises NotSettled before the last of them.

    An upload reads a file that was hashed before; where the file was changed in between, the upload must not succeed.
    """

    def __init__(self, stream: BinaryIO, size: int, sha256: str) -> None:
        self._stream, self._left, self._expected = stream, size, sha256
        self._sha = hashlib.sha256()

    def read(self, size: int) -> bytes:
        wanted = min(size, self._left)
        try:
            chunk = self._stream.read(wanted)
        except OSError as error:
            raise NotSettled(f"A file to store cannot be read: {error.strerror}.") from error
        self._sha.update(chunk)
        self._left -= len(chunk)
        if len(chunk) < wanted or (self._left == 0 and self._sha.hexdigest() != self._expected):
            raise NotSettled("A file was changed while it was stored.")
        return chunk


def verified(content: Iterable[bytes], stored: StoredObject) -> Iterator[bytes]:
    """The pieces as they come; raises IntegrityError at the end where they are not the bytes that were stored."""
    sha = hashlib.sha256()
    for chunk in content:
        sha.update(chunk)
        yield chunk
    if sha.hexdigest() != stored.sha256:
        raise IntegrityError(f"{stored.key} has the hash {sha.hexdigest()} and was stored with {stored.sha256}.")


def save(path: Path, content: Iterable[bytes]) -> None:
    """Writes the pieces to `path`, which is there when all of them have come, and otherwise is not."""
    partial = path.with_name(f".{uuid.uuid4().hex}.part")
    try:
        with translated(path.parent), partial.open("xb") as out:
            for chunk in content:
                out.write(chunk)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


@contextlib.contextmanager
def translated(folder: Path) -> Iterator[None]:
    """Turns what the operating system says about `folder` into an error of ours."""
    try:
        yield
    except OSError as error:
        raise translate(error, folder) from error


def translate(error: OSError, folder: Path) -> SohoaError:
    """DiskFull, FolderNotWritable, or StoreUnavailable (an unmounted share, a failing disk)."""
    if error.errno in _FULL:
        return DiskFull(f"({folder})")
    if error.errno in _FORBIDDEN:
        return FolderNotWritable(f"{folder}: {error.strerror}.")
    return StoreUnavailable(f"{folder}: {error.strerror}.")
