"""A backup: the catalogue as files and every object, in a folder that can be taken elsewhere.

    <folder>/catalogue/<yyyymmddThhmmss>/    the tables of one snapshot
    <folder>/objects/                        a folder store; a second backup adds what is new

The catalogue is written first: the objects of every row in it were stored before, so that what is copied afterwards
holds them all. What has been purged meanwhile is purged here too.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flows.services import object_store
from flows.settings import Settings
from pipeline import keys
from pipeline.errors import DiskFull, FolderNotWritable, ObjectNotFound, UsageError
from pipeline.ports import ObjectStore, StoredObject
from pipeline.throttle import Throttle
from storage.catalogue import Catalogue
from storage.objects.folder import FolderStore

Progress = Callable[[int], None]
"""Is told how many objects have been looked at."""
_PARTIAL = ".partial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """`copied` of `objects` were not there yet, or were others."""

    catalogue: Path
    rows: int
    objects: int
    copied: int


def backup(settings: Settings, folder: Path, now: datetime, throttle: Throttle, tell: Progress) -> Copied:
    """Raises UsageError where the folder is the workspace's own, FolderNotWritable, DiskFull, and what stores raise."""
    if folder.resolve().is_relative_to(settings.objects_folder.resolve()):
        raise UsageError(f"{folder} lies in the object store; a backup belongs on another disk.")
    target = FolderStore(folder / "objects")
    target.prepare()
    catalogue = Catalogue(settings.catalogue_url)
    try:
        catalogue.check()
        final = folder / "catalogue" / f"{now.astimezone(UTC):%Y%m%dT%H%M%S}"
        rows = _write_tables(catalogue, final)
        source = object_store(settings)
        purged = [tombstone.sha256 for tombstone in catalogue.tombstones.all()]
        _purge(target, purged, source)
        objects, copied = _copy(source, target, throttle, tell)
    finally:
        catalogue.close()
    return Copied(catalogue=final, rows=rows, objects=objects, copied=copied)


def restore(settings: Settings, folder: Path, name: str, throttle: Throttle, tell: Progress) -> Copied:
    """Puts a backup into an installation whose store and database are empty; may be called again after it was cut off.

    `name` is one of `snapshots`. Raises UsageError where the database is not empty, IntegrityError where the backup is
    not what was written.
    """
    source, target = FolderStore(folder / "objects"), object_store(settings)
    target.prepare()
    catalogue = Catalogue(settings.catalogue_url)
    try:
        catalogue.dump.require_unused()
        objects, copied = _copy(source, target, throttle, tell)
        rows = catalogue.dump.load(folder / "catalogue" / name)
    finally:
        catalogue.close()
    return Copied(catalogue=folder / "catalogue" / name, rows=rows, objects=objects, copied=copied)


def snapshots(folder: Path) -> list[str]:
    """The snapshots of the catalogue in a backup, the latest last. Raises UsageError where there is none."""
    found = sorted(path.name for path in folder.glob("catalogue/*") if path.name != _PARTIAL)
    if not found:
        raise UsageError(f"{folder} holds no backup; `sohoa backup FOLDER` makes one.")
    return found


def _write_tables(catalogue: Catalogue, final: Path) -> int:
    """The folder has its name once it is whole."""
    partial = final.with_name(_PARTIAL)
    try:
        shutil.rmtree(partial, ignore_errors=True)
        rows = catalogue.dump.write(partial)
        partial.rename(final)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        kind = DiskFull if error.errno == 28 else FolderNotWritable
        raise kind(f"{final.parent}: {error.strerror}.") from error
    return rows


def _purge(target: FolderStore, purged: list[str], source: ObjectStore) -> None:
    for sha256 in purged:
        target.purge(keys.original(sha256))
    if purged:
        for key in list(target.keys("readings/")):
            if source.stat(key) is None:
                target.purge(key)


def _copy(source: ObjectStore, target: ObjectStore, throttle: Throttle, tell: Progress) -> tuple[int, int]:
    objects = copied = 0
    with tempfile.TemporaryDirectory() as scratch:
        for objects, key in enumerate(source.keys(), start=1):
            wanted, there = source.stat(key), target.stat(key)
            if wanted is not None and there != wanted:
                copied += _copy_one(source, target, wanted, Path(scratch) / "object", throttle)
            tell(objects)
    return objects, copied


def _copy_one(source: ObjectStore, target: ObjectStore, wanted: StoredObject, path: Path, throttle: Throttle) -> bool:
    path.unlink(missing_ok=True)
    try:
        source.fetch(wanted.key, path)
    except ObjectNotFound:  # purged in the meantime
        return False
    target.put(wanted.key, path)
    throttle.passed(wanted.size)
    return True
