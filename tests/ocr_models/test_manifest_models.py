"""The manifest of model files, and what is refused."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from ocr_models.manifest import MANIFEST, find_tessdata, load_manifest, verify
from pipeline.errors import ModelAltered, ModelMissing


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "vie.traineddata"
    path.write_bytes(b"an administrator's own model")
    return path


def accepting(sha256: str, folder: Path) -> Path:
    """The project's manifest with one more hash for the Vietnamese model."""
    listed = load_manifest()["vie.traineddata"].sha256[0]
    path = folder / "manifest.toml"
    path.write_text(MANIFEST.read_text("utf-8").replace(f'"{listed}"', f'"{listed}", "{sha256}"'), "utf-8")
    return path


def test_every_entry_says_where_it_is_from_and_under_what_licence() -> None:
    for name, entry in load_manifest().items():
        assert entry.name == name
        assert entry.version and entry.source and entry.licence and entry.install
        assert entry.sha256 and all(len(sha256) == 64 for sha256 in entry.sha256)


def test_the_installed_model_is_the_one_of_the_manifest() -> None:
    found = verify("vie.traineddata", find_tessdata() / "vie.traineddata")
    assert found.name == "vie.traineddata"
    assert found.sha256 in load_manifest()["vie.traineddata"].sha256


def test_an_altered_model_is_refused_and_the_error_says_how_to_accept_it(model: Path) -> None:
    sha256 = hashlib.sha256(model.read_bytes()).hexdigest()
    with pytest.raises(ModelAltered, match=sha256) as caught:
        verify("vie.traineddata", model)
    assert "manifest.toml" in str(caught.value)


def test_an_altered_model_is_accepted_once_the_manifest_lists_it(model: Path, tmp_path: Path) -> None:
    sha256 = hashlib.sha256(model.read_bytes()).hexdigest()
    assert verify("vie.traineddata", model, accepting(sha256, tmp_path)).sha256 == sha256


def test_a_model_that_changes_is_hashed_again(model: Path, tmp_path: Path) -> None:
    manifest = accepting(hashlib.sha256(model.read_bytes()).hexdigest(), tmp_path)
    verify("vie.traineddata", model, manifest)
    model.write_bytes(b"changed behind our back, and longer")
    with pytest.raises(ModelAltered):
        verify("vie.traineddata", model, manifest)


def test_a_missing_model_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="apt-get install tesseract-ocr-vie"):
        verify("vie.traineddata", tmp_path / "vie.traineddata")


@pytest.mark.parametrize("below", ["", "tessdata"])
def test_tessdata_prefix_is_obeyed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, below: str) -> None:
    folder = tmp_path / below
    folder.mkdir(exist_ok=True)
    (folder / "vie.traineddata").touch()
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    assert find_tessdata() == folder


def test_a_tessdata_prefix_without_the_model_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    with pytest.raises(ModelMissing, match="apt-get install tesseract-ocr-vie"):
        find_tessdata()
