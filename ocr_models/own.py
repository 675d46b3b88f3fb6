"""Recognisers of one's own: trained further on a province's pages, kept in the workspace, named in profiles.

`balanced+dien-bien` is the profile `balanced` with the recogniser `dien-bien`. Its folder holds a network with its
character set, a language model, names, or some of these, and a manifest of what was taken in; the rest is the shipped.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from onnxruntime.capi.onnxruntime_pybind11_state import Fail, InvalidArgument, InvalidGraph, InvalidProtobuf

from ocr_models import language
from ocr_models.line_reader import CHARSET, DATA, NETWORK, spell
from ocr_models.manifest import MANIFEST, ModelEntry, hash_of, load_manifest
from ocr_models.network import open_network
from pipeline.errors import ModelAltered, ModelMissing, UsageError

LANGUAGE, NAMES = "language.npz", "names.txt"
_FILES = (NETWORK, CHARSET, LANGUAGE, NAMES)
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a model file is, and the manifest that must list its hash."""

    path: Path
    manifest: Path


def split(profile: str) -> tuple[str, str]:
    """The profile itself and the name of its recogniser, "" for the shipped one."""
    base, _, own = profile.partition("+")
    return base, own


def places(own: str, models: Path | None) -> dict[str, Place]:
    """The files of a recogniser by name; what it has not of its own is the shipped one. Raises ModelMissing."""
    shipped = {name: Place(DATA / name, MANIFEST) for name in _FILES}
    if not own:
        return shipped
    folder = models / own if models is not None else None
    if folder is None or not (folder / MANIFEST.name).is_file():
        raise ModelMissing(f"There is no recogniser {own!r} here; take it in with `sohoa models prepare {own} FOLDER`.")
    listed = load_manifest(folder / MANIFEST.name)
    return shipped | {name: Place(folder / name, folder / MANIFEST.name) for name in listed}


def names(models: Path) -> list[str]:
    """The recognisers that were taken in."""
    return sorted(path.parent.name for path in models.glob(f"*/{MANIFEST.name}"))


def prepare(name: str, source: Path, models: Path) -> list[ModelEntry]:
    """Takes a trained recogniser in, after a try that it fits; what was there under the name is replaced.

    Raises UsageError (a name that cannot be one), ModelMissing, ModelAltered (not such a network, or its characters are
    not those of the set).
    """
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r} cannot be the name of a recogniser: small letters, digits and hyphens, please.")
    files = [file for file in _FILES if (source / file).is_file()]
    if not files or (NETWORK in files) != (CHARSET in files):
        raise ModelMissing(f"{source} needs {NETWORK} with {CHARSET}, {LANGUAGE} or {NAMES}: see docs/models.md.")
    if NETWORK in files:
        _try_network(source)
    if LANGUAGE in files:
        language.load(source / LANGUAGE)
    folder, part = models / name, models / f".{name}.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    for file in files:
        shutil.copyfile(source / file, part / file)
    (part / MANIFEST.name).write_text(_manifest(name, part, files), "utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)
    return list(load_manifest(folder / MANIFEST.name).values())


def _try_network(source: Path) -> None:
    try:
        characters = json.loads((source / CHARSET).read_text("utf-8"))
        log_probs = spell(open_network(source / NETWORK), np.zeros((96, 64), np.float32))
    except (ValueError, Fail, InvalidArgument, InvalidGraph, InvalidProtobuf) as error:
        raise ModelAltered(f"{source / NETWORK} is not a network that reads lines.") from error
    if log_probs.shape[1] != len(characters) + 1 or " " not in characters:
        raise ModelAltered(f"{source / CHARSET} is not the character set of the network beside it.")


def _manifest(name: str, folder: Path, files: list[str]) -> str:
    rows = [
        "[[model]]\n"
        f'name = "{file}"\n'
        f'version = "{name}"\n'
        'source = "taken in with sohoa models prepare"\n'
        'licence = "Apache-2.0"\n'
        f'install = "sohoa models prepare {name} FOLDER"\n'
        f'sha256 = ["{hash_of(folder / file)}"]\n'
        for file in files
    ]
    return "\n".join(rows)
