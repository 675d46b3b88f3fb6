"""Moving a file so that a crash at any moment leaves it whole in one place at least, and no other file is replaced."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import hashlib
import os
import shutil
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from pipeline.errors import DiskFull, FolderNotWritable, FolderUnavailable, NotSettled, SohoaError
from pipeline.intake.names import candidates
from pipeline.intake.settle import InboxFile, sign

_PARTIAL = ".partial"
"""The folder below done/ and rejected/ where copies from another device grow until they are whole."""
_ABANDONED_SECONDS = 3600.0
_AT_FDCWD, _RENAME_NOREPLACE = -100, 1
_libc = ctypes.CDLL(None, use_errno=True)

_FULL = (errno.ENOSPC, errno.EDQUOT)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
_IN_USE = (errno.EBUSY, errno.ETXTBSY, errno.EAGAIN)
_NOT_SUPPORTED = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP)


def require_unchanged(file: InboxFile) -> None:
    """Raises NotSettled where the file no longer looks as it did when it had settled, or is gone."""
    if sign(file.path) != file.signature:
        raise NotSettled


def move(file: InboxFile, base: Path, folders: tuple[str, ...], name: str) -> Path:
    """Moves a settled file into `folders` below `base` under `name`, or name (2) where that is taken.

    Returns where it is. Raises NotSettled where it was changed or replaced meanwhile: then it is in the inbox.
    """
    with translated(base):
        folder = make_folders(base, folders)
        for candidate in candidates(name):
            target = folder / candidate
            try:
                _move_to(file, base, target)
            except FileExistsError:
                if is_copy(file, target):  # a move to another device was cut off after copying
                    require_unchanged(file)
                    file.path.unlink()
                    return target
                continue
            return target
    raise AssertionError("there is always another candidate")


def make_folders(base: Path, folders: tuple[str, ...]) -> Path:
    """The folder, made where it is missing; one whose name a file has taken gets a number."""
    base.mkdir(parents=True, exist_ok=True)
    place = base
    for part in folders:
        for candidate in candidates(part):
            try:
                (place / candidate).mkdir()
            except FileExistsError:
                if not (place / candidate).is_dir():
                    continue
            place = place / candidate
            break
    return place


def _move_to(file: InboxFile, base: Path, target: Path) -> None:
    require_unchanged(file)
    try:
        rename_new(file.path, target)
    except FileNotFoundError:
        raise NotSettled from None
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _copy_across(file, base, target)
        return
    moved = sign(target)
    if moved is None or (moved.size, moved.mtime_ns) != (file.signature.size, file.signature.mtime_ns):
        # A writer came in the instant before: what it wrote has not been taken.
        _put_back(target, file.path)
        raise NotSettled


def _put_back(moved: Path, path: Path) -> None:
    for candidate in candidates(path.name):
        with contextlib.suppress(FileExistsError):
            rename_new(moved, path.with_name(candidate))
            return


def rename_new(source: Path, target: Path) -> None:
    """Renames within a file system; FileExistsError where the target is there.

    At once where the kernel and the file system can (renameat2), otherwise after looking.
    """
    if _libc.renameat2(_AT_FDCWD, os.fsencode(source), _AT_FDCWD, os.fsencode(target), _RENAME_NOREPLACE) == 0:
        return
    code = ctypes.get_errno()
    if code not in _NOT_SUPPORTED:
        raise OSError(code, os.strerror(code), os.fspath(target))
    if os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), os.fspath(target))
    source.rename(target)


def _copy_across(file: InboxFile, base: Path, target: Path) -> None:
    """To another device: the copy is whole and on the disk before the file goes."""
    partial = make_folders(base, (_PARTIAL,)) / f"{uuid.uuid4().hex}.part"
    try:
        with file.path.open("rb") as source, partial.open("xb") as out:
            shutil.copyfileobj(source, out, 1024 * 1024)
            out.flush()
            os.fsync(out.fileno())
        os.utime(partial, ns=(file.signature.mtime_ns, file.signature.mtime_ns))
        require_unchanged(file)
        rename_new(partial, target)
    finally:
        partial.unlink(missing_ok=True)
    sync_folder(target.parent)
    file.path.unlink()


def is_copy(file: InboxFile, target: Path) -> bool:
    """The file at `target` is this one, to the bytes and to the nanosecond."""
    there = sign(target)
    return (
        there is not None
        and (there.size, there.mtime_ns) == (file.signature.size, file.signature.mtime_ns)
        and _hash(file.path) == _hash(target)
    )


def _hash(path: Path) -> bytes:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest()


def remove_abandoned(base: Path, now: datetime) -> None:
    """Removes what moves that were cut off left behind an hour ago. Taking it from a living one only delays that."""
    before = now.timestamp() - _ABANDONED_SECONDS
    with translated(base):
        for path in (base / _PARTIAL).glob("*.part"):
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < before:
                    path.unlink()


def sync_folder(folder: Path) -> None:
    """Names in the folder are on the disk when this returns, where the file system can say so at all."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NOT_SUPPORTED:
            raise
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def translated(folder: Path) -> Iterator[None]:
    """Turns what the operating system says about `folder` into an error of ours."""
    try:
        yield
    except OSError as error:
        raise _translate(error, folder) from error


def _translate(error: OSError, folder: Path) -> SohoaError:
    if error.errno in _FULL:
        return DiskFull(f"({folder})")
    if error.errno in _FORBIDDEN:
        return FolderNotWritable(f"{folder}: {error.strerror}.")
    if error.errno in _IN_USE:
        return NotSettled("Another program has it open.")
    return FolderUnavailable(f"{folder}: {error.strerror}.")
