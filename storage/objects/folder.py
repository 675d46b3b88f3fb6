"""An object store in a local folder.

    originals/ab/abcd…64                  the bytes; the name is the hash
    .content/cd/cdef…64                   the bytes of every other object, likewise
    reports/2026…/report.html             a symbolic link to ../../.content/cd/cdef…64
    .incoming/                            bytes that are still being written
    .sohoa-objects                        says that this is a store, and not a share that is not mounted

A key is a link to content, so its hash costs one readlink, replacing an object is one rename that leaves the former
bytes in place, and two processes that put at once need no lock. Bytes are on the disk before a name leads to them.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import IntegrityError, ObjectNotFound, StoreUnavailable
from pipeline.ports import StoredObject
from storage.objects.keys import check, promised_hash, require_promised
from storage.objects.streams import CHUNK, chunks, measure, opened, save, translate, translated, verified

_CONTENT, _INCOMING, _MARK = ".content", ".incoming", ".sohoa-objects"
_LINK = re.compile(r"(?:\.\./)*\.content/([0-9a-f]{2})/(\1[0-9a-f]{62})", re.ASCII)
_ABANDONED_SECONDS = 24 * 3600.0


class FolderStore:
    """Fills ObjectStore and Purge; safe between threads and processes.

    `prepare()` makes the folder, as `sohoa init` does.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def prepare(self) -> None:
        """Makes the folder a store; on one that is a store already, removes what crashed writers left behind.

        Raises FolderNotWritable, also where the file system has no links.
        """
        with translated(self._root):
            for folder in (self._root, self._root / _INCOMING, self._root / _CONTENT):
                folder.mkdir(parents=True, exist_ok=True)
            self._remove_abandoned()
            self._try_links()
            (self._root / _MARK).touch()
            _sync_folder(self._root)

    def put(self, key: str, data: bytes | Path) -> StoredObject:
        target = self._path(key)
        with translated(self._root), self._incoming(data) as (temporary, size, sha256):
            require_promised(key, sha256)
            stored = StoredObject(key=key, size=size, sha256=sha256)
            content = target if promised_hash(key) else self._content(sha256)
            self._place(temporary, content, sha256)
            if content is not target and self.stat(key) != stored:
                self._point(target, content)
            return stored

    def get(self, key: str) -> bytes:
        stored, content = self._find(key)
        return b"".join(verified(self._read(content), stored))

    def fetch(self, key: str, path: Path) -> StoredObject:
        stored, content = self._find(key)
        save(path, verified(self._read(content), stored))
        return stored

    def stat(self, key: str) -> StoredObject | None:
        """The hash is the one that the bytes had when they were put; `get` and `fetch` compute it again."""
        try:
            return self._find(key)[0]
        except ObjectNotFound:
            return None

    def keys(self, prefix: str = "") -> Iterator[str]:
        self._require_prepared()
        with translated(self._root):
            yield from self._walk("", prefix)

    def purge(self, key: str) -> bool:
        """Removes the name and the bytes, unless another key leads to the same bytes. What the key led to before it
        was replaced is not known any more."""
        try:
            stored, content = self._find(key)
        except ObjectNotFound:
            return False
        path = self._path(key)
        with translated(self._root):
            path.unlink(missing_ok=True)
            _sync_folder(path.parent)
            if content != path and not self._is_named(stored.sha256):
                content.unlink(missing_ok=True)
                _sync_folder(content.parent)
        return True

    def _is_named(self, sha256: str) -> bool:
        """Whether a key leads to these bytes: looks at all, for this is rare."""
        for key in self._walk("", ""):
            with contextlib.suppress(FileNotFoundError):
                if promised_hash(key) is None and _hash_of_link(self._root / key) == sha256:
                    return True
        return False

    # --- finding ------------------------------------------------------------------------------------------

    def _path(self, key: str) -> Path:
        self._require_prepared()
        return self._root / check(key)

    def _content(self, sha256: str) -> Path:
        return self._root / _CONTENT / sha256[:2] / sha256

    def _find(self, key: str) -> tuple[StoredObject, Path]:
        """What is stored under `key` and the file with its bytes. Raises ObjectNotFound."""
        path = self._path(key)
        try:
            sha256 = promised_hash(key)
            if sha256 is None:
                sha256 = _hash_of_link(path)
                path = self._content(sha256)
            return StoredObject(key=key, size=path.stat().st_size, sha256=sha256), path
        except (FileNotFoundError, NotADirectoryError):
            raise ObjectNotFound(key) from None
        except OSError as error:
            raise translate(error, self._root) from error

    def _read(self, content: Path) -> Iterator[bytes]:
        try:
            with content.open("rb") as stream:
                while chunk := stream.read(CHUNK):
                    yield chunk
        except OSError as error:
            raise translate(error, self._root) from error

    def _walk(self, below: str, prefix: str) -> Iterator[str]:
        """Keys in ascending order: a folder sorts as its name with a / behind it."""
        with os.scandir(self._root / below) as entries:
            names = sorted(
                entry.name + "/" if entry.is_dir(follow_symlinks=False) else entry.name
                for entry in entries
                if not entry.name.startswith(".")
            )
        for name in names:
            path = below + name
            if path.endswith("/"):
                if path.startswith(prefix) or prefix.startswith(path):
                    yield from self._walk(path, prefix)
            elif path.startswith(prefix):
                yield path

    # --- writing ------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _incoming(self, data: bytes | Path) -> Iterator[tuple[Path, int, str]]:
        """A file of this file system with the bytes, on the disk, gone at the end; its size and its SHA-256."""
        temporary = self._root / _INCOMING / uuid.uuid4().hex
        sha, size = hashlib.sha256(), 0
        try:
            with opened(data) as source, temporary.open("xb") as out:
                for chunk in chunks(source):
                    sha.update(chunk)
                    size += out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
            yield temporary, size, sha.hexdigest()
        finally:
            temporary.unlink(missing_ok=True)

    def _place(self, temporary: Path, content: Path, sha256: str) -> None:
        """Gives the bytes their name, unless it is taken: then by the same bytes, or IntegrityError is raised."""
        self._make_folder(content.parent)
        try:
            os.link(temporary, content)
        except FileExistsError:
            with content.open("rb") as stream:
                if measure(stream)[1] != sha256:
                    raise IntegrityError(f"{content.relative_to(self._root)} is there with other bytes.") from None
        # Also where it was there: another process may have named it and not come so far.
        _sync_folder(content.parent)

    def _point(self, target: Path, content: Path) -> None:
        """Makes the key's link lead to `content`, at once."""
        self._make_folder(target.parent)
        link = self._root / _INCOMING / uuid.uuid4().hex
        try:
            link.symlink_to(os.path.relpath(content, target.parent))
            link.replace(target)
        finally:
            link.unlink(missing_ok=True)
        _sync_folder(target.parent)

    def _make_folder(self, folder: Path) -> None:
        """Makes the folder and those above it, up to the root, each on the disk in the one above."""
        if folder.is_dir():
            return
        self._make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        _sync_folder(folder.parent)

    def _remove_abandoned(self) -> None:
        before = time.time() - _ABANDONED_SECONDS
        for path in (self._root / _INCOMING).iterdir():
            with contextlib.suppress(FileNotFoundError):
                if path.lstat().st_mtime < before:
                    path.unlink()

    def _try_links(self) -> None:
        first, second = (self._root / _INCOMING / uuid.uuid4().hex for _ in range(2))
        try:
            first.symlink_to("x")
            os.link(first, second, follow_symlinks=False)
        finally:
            first.unlink(missing_ok=True)
            second.unlink(missing_ok=True)

    def _require_prepared(self) -> None:
        with translated(self._root):
            if not (self._root / _MARK).exists():
                raise StoreUnavailable(
                    f"{self._root} is no prepared store: is its disk or share mounted? `sohoa init` prepares a new one."
                )


def _hash_of_link(path: Path) -> str:
    """The hash of the content that a key's link leads to. Raises FileNotFoundError where there is no link of ours."""
    try:
        link = _LINK.fullmatch(str(path.readlink()))
    except OSError as error:
        if error.errno == errno.EINVAL:  # a folder, or a file that somebody else put there
            raise FileNotFoundError from error
        raise
    if link is None:
        raise FileNotFoundError
    return link.group(2)


def _sync_folder(folder: Path) -> None:
    """Names in the folder are on the disk when this returns."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
