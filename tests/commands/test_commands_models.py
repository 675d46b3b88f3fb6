"""models: taking a recogniser in, comparing it, using it for a centre, and what was used when."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ocr_models.line_reader import CHARSET, DATA, NETWORK
from ocr_models.manifest import load_manifest
from ocr_models.profiles import make_reader
from pipeline.errors import ModelAltered, ModelMissing, NotFound, UsageError
from tests.commands.conftest import Run

SAMPLES = Path(__file__).parents[2] / "sample_scans"


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    """What training writes: here the shipped network itself."""
    folder = tmp_path / "trained"
    folder.mkdir()
    for name in (NETWORK, CHARSET):
        shutil.copy(DATA / name, folder / name)
    return folder


def test_a_trained_recogniser_is_taken_in_and_named_in_a_profile(sohoa: Run, trained: Path, tmp_path: Path) -> None:
    result = sohoa("models", "prepare", "dien-bien", trained)
    assert result.exit_code == 0, result.output
    assert f"{NETWORK}: SHA-256" in result.stdout
    listed = json.loads(sohoa("models", "list", "--json").stdout)
    assert ("dien-bien", NETWORK) in {(row["version"], row["model"]) for row in listed}
    reader = make_reader("fast+dien-bien", models=tmp_path / "models")
    assert (NETWORK, "dien-bien") in {(model.name, model.version) for model in reader.identity.models}
    reader.close()


def test_names_alone_can_be_taken_in(sohoa: Run, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "names.txt").write_text("Khoàng Vàng Pỏm", "utf-8")
    assert sohoa("models", "prepare", "names", tmp_path / "own").exit_code == 0
    reader = make_reader("fast+names", models=tmp_path / "models")
    versions = {model.name: model.version for model in reader.identity.models}
    assert versions["names.txt"] == "names"
    assert versions[NETWORK] == load_manifest()[NETWORK].version
    reader.close()


def test_what_is_no_recogniser_is_not_taken_in(sohoa: Run, trained: Path, tmp_path: Path) -> None:
    assert isinstance(sohoa("models", "prepare", "Điện Biên", trained).exception, UsageError)
    (trained / CHARSET).write_text('["a", " "]', "utf-8")
    assert isinstance(sohoa("models", "prepare", "x", trained).exception, ModelAltered)
    (trained / NETWORK).write_bytes(b"no network")
    assert isinstance(sohoa("models", "prepare", "x", trained).exception, ModelAltered)
    (trained / NETWORK).unlink()
    assert isinstance(sohoa("models", "prepare", "x", trained).exception, ModelMissing)
    assert not (tmp_path / "models" / "x").exists()


def test_a_recogniser_that_was_changed_afterwards_reads_nothing(sohoa: Run, trained: Path, tmp_path: Path) -> None:
    sohoa("models", "prepare", "changed", trained)
    with (tmp_path / "models" / "changed" / NETWORK).open("ab") as file:
        file.write(b"x")
    with pytest.raises(ModelAltered, match="SHA-256"):
        make_reader("fast+changed", models=tmp_path / "models")
    result = sohoa("models", "verify")
    assert result.exit_code == ModelAltered.exit_code
    assert "fast+changed" in result.stderr


def test_a_centre_reads_as_it_was_told_last_and_the_history_stays(registered: Run) -> None:
    assert registered("models", "use", "fast").exit_code == 0
    assert registered("models", "use", "best", "--centre", "H18.25").stdout == "best, for H18.25\n"
    assert registered("models", "use", "tesseract", "--centre", "H18.25").stdout == "tesseract, for H18.25\n"
    assert registered("models", "use", "", "--centre", "H18.25").stdout == "fast, for H18.25\n"
    rows = json.loads(registered("models", "history", "--json").stdout)
    assert [(row["centre"], row["profile"]) for row in rows] == [
        ("all", "fast"),
        ("H18.25", "best"),
        ("H18.25", "tesseract"),
        ("H18.25", "taken back"),
    ]


def test_what_does_not_exist_cannot_be_used(registered: Run) -> None:
    assert isinstance(registered("models", "use", "careless").exception, UsageError)
    assert isinstance(registered("models", "use", "tesseract+dien-bien").exception, UsageError)
    assert isinstance(registered("models", "use", "fast+nobody").exception, ModelMissing)
    assert isinstance(registered("models", "use", "fast", "--centre", "H99").exception, NotFound)
    assert json.loads(registered("models", "history", "--json").stdout) == []


def test_two_ways_of_reading_are_compared_on_the_same_scans(sohoa: Run, tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    shutil.copy(next(SAMPLES.rglob("giay-xac-nhan-tthn.pdf")), pages)
    shutil.copy(SAMPLES / "truth" / "giay-xac-nhan-tthn.gt.txt", pages)
    result = sohoa("models", "compare", "tesseract", "fast", pages)
    assert result.exit_code == 0, result.output
    assert "tesseract" in result.stdout and "word F1" in result.stdout
    assert "B - A:" in result.stdout
    rows = json.loads(sohoa("models", "compare", "fast", "fast", pages, "--json").stdout)
    assert rows[0]["word F1"] == rows[1]["word F1"]
