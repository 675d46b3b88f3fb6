"""Rows on their way into the catalogue, kept in a file until all of them are known to be good."""

from __future__ import annotations

import errno
import pickle
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Generic, TypeVar

from pipeline.errors import DiskFull

T = TypeVar("T")


class Spool(Generic[T]):
    """Batches in a file without a name: filled while a register is read, which takes long, and gone through while the
    catalogue is written, for which others have to wait."""

    def __init__(self, folder: Path | None, batches: Iterable[T]) -> None:
        """`folder` None: the system's for temporary files. Raises DiskFull."""
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 -- closed by __exit__
        try:
            for batch in batches:
                self._add(batch)
            self._file.seek(0)
        except BaseException as error:
            self._file.close()
            if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise DiskFull(f"({folder or tempfile.gettempdir()})") from error
            raise

    def _add(self, batch: T) -> None:
        pickle.dump(batch, self._file, pickle.HIGHEST_PROTOCOL)

    def __enter__(self) -> Spool[T]:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __iter__(self) -> Iterator[T]:
        """Once, in order."""
        while True:
            try:
                yield pickle.load(self._file)  # noqa: S301 -- nobody else can write to it
            except EOFError:
                return
