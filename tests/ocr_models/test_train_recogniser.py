"""Training in miniature, with PyTorch: it is installed by the extra `train`, which `make test-faults` asks for."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from ocr_models.line_reader import CHARSET, DATA, NETWORK, spell
from ocr_models.network import open_network
from ocr_models.train import recogniser

pytestmark = pytest.mark.faults

SAMPLES = Path(__file__).parents[2] / "sample_scans"


@pytest.fixture
def page_lines(tmp_path: Path) -> Path:
    """The lines of a sample scan, as a corrected page."""
    name = "giay-xac-nhan-tthn"
    (tmp_path / "pages").mkdir()
    shutil.copy(next(SAMPLES.rglob(f"{name}.pdf")), tmp_path / "pages")
    shutil.copy(SAMPLES / "truth" / f"{name}.gt.txt", tmp_path / "pages")
    run("corrected", tmp_path / "pages", tmp_path / "lines")
    return tmp_path / "lines"


def run(*words: object) -> None:
    given = recogniser.parser().parse_args([str(word) for word in words])
    given.run(given)


def test_the_network_in_pytorch_gives_what_the_shipped_file_gives() -> None:
    import torch

    from ocr_models.train import network

    ink = np.random.default_rng(1).random((96, 400), np.float32) ** 4
    shipped = spell(open_network(DATA / NETWORK), ink)
    with torch.no_grad():
        ours, frames = network.read(DATA / NETWORK)(torch.from_numpy(ink)[None, None], torch.tensor([400]))
    assert frames.tolist() == [100]
    # The shipped graph multiplies in 8 bits.
    assert np.abs(np.exp(ours.numpy()[0]) - np.exp(shipped)).mean() < 1e-3
    assert (ours.numpy()[0].argmax(1) == shipped.argmax(1)).mean() > 0.95


def test_training_goes_on_from_a_checkpoint_and_writes_a_network_that_reads(
    page_lines: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for steps in (2, 4):
        run("fit", page_lines, "--out", tmp_path / "new", "--steps", steps, "--more", "ẞ")
    said = capsys.readouterr().out
    assert "step 2 of 2" in said
    assert "step 4 of 4" in said
    characters = json.loads((tmp_path / "new" / CHARSET).read_text("utf-8"))
    assert characters == [*json.loads((DATA / CHARSET).read_text("utf-8")), "ẞ"]
    run("score", page_lines, DATA / NETWORK, "--charset", DATA / CHARSET)
    run("score", page_lines, tmp_path / "new" / NETWORK, "--charset", tmp_path / "new" / CHARSET)
    before, after = (float(line.split("CER ")[1].split("%")[0]) for line in capsys.readouterr().out.splitlines())
    assert after <= before + 1.0


def test_the_same_training_gives_the_same_bytes(page_lines: Path, tmp_path: Path) -> None:
    for out in ("a", "b"):
        run("fit", page_lines, "--out", tmp_path / out, "--steps", 2)
    assert (tmp_path / "a" / NETWORK).read_bytes() == (tmp_path / "b" / NETWORK).read_bytes()


def test_no_share_of_the_new_weights_is_the_old_network(page_lines: Path, tmp_path: Path) -> None:
    run("fit", page_lines, "--out", tmp_path / "new", "--steps", 1, "--share", 0)
    ink = np.zeros((96, 64), np.float32)
    old, new = (spell(open_network(path), ink) for path in (DATA / NETWORK, tmp_path / "new" / NETWORK))
    assert np.array_equal(old, new)
