"""Which model files may be used, and whether the one on this machine is one of them."""

from __future__ import annotations

import hashlib
import os
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pipeline.errors import ModelAltered, ModelMissing
from pipeline.model import ModelFile

MANIFEST = Path(__file__).with_name("manifest.toml")

TESSDATA_FOLDERS = (
    Path("/usr/share/tesseract-ocr/5/tessdata"),  # Debian 12, Ubuntu 24.04
    Path("/usr/share/tesseract-ocr/4.00/tessdata"),  # Debian 11, Ubuntu 22.04
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelEntry:
    """What the manifest says of a model file. `sha256` lists every hash that is accepted."""

    name: str
    version: str
    source: str
    licence: str
    install: str
    sha256: tuple[str, ...]


def load_manifest(path: Path = MANIFEST) -> dict[str, ModelEntry]:
    """The entries by name."""
    with path.open("rb") as file:
        rows = tomllib.load(file)["model"]
    return {row["name"]: ModelEntry(**{**row, "sha256": tuple(row["sha256"])}) for row in rows}


def verify(name: str, path: Path, manifest: Path = MANIFEST) -> ModelFile:
    """The model at `path`, whose hash is one of the manifest's. A file is hashed once per process.

    Raises ModelMissing where there is no such file, ModelAltered where its hash is not listed.
    """
    entry = load_manifest(manifest)[name]
    try:
        stat = path.stat()
    except OSError:
        raise ModelMissing(f"{name} is not at {path}; {entry.install}") from None
    sha256 = _sha256(path, stat.st_size, stat.st_mtime_ns)
    if sha256 not in entry.sha256:
        raise ModelAltered(
            f"{path} has SHA-256 {sha256}, which is not listed for {name} {entry.version}. Reinstall it "
            f'({entry.install}), or accept it by adding "{sha256}" to `sha256` of that entry in {manifest}.'
        )
    return ModelFile(name=name, version=entry.version, sha256=sha256)


def find_tessdata(name: str = "vie.traineddata") -> Path:
    """The folder that holds a Tesseract model: TESSDATA_PREFIX where it is set, else where the packages put it.

    Raises ModelMissing, which says what to install.
    """
    prefix = os.environ.get("TESSDATA_PREFIX")
    folders = (Path(prefix), Path(prefix, "tessdata")) if prefix else TESSDATA_FOLDERS
    for folder in folders:
        if (folder / name).is_file():
            return folder
    where = ", ".join(map(str, folders))
    raise ModelMissing(f"{name} is in none of {where}; {load_manifest()[name].install}")


def hash_of(path: Path) -> str:
    """The SHA-256 of a file, hexadecimal. Raises ModelMissing."""
    try:
        stat = path.stat()
    except OSError:
        raise ModelMissing(f"{path.name} is not at {path}") from None
    return _sha256(path, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=32)
def _sha256(path: Path, size: int, modified: int) -> str:  # noqa: ARG001  the two make a changed file a new key
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
