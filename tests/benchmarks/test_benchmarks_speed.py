"""The speed benchmark weighs honestly, compares fairly, and writes what it found where it belongs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from benchmarks import contestants, history, material, speed
from benchmarks.contestants import Contestant
from benchmarks.material import Material
from benchmarks.measure import CommandFailed, Cost, run
from flows.services import open_services, prepare
from flows.settings import Settings
from pipeline.clock import now
from pipeline.model import DocumentState
from pipeline.reading.score import Score

BURN = "import time\nend = time.process_time() + {}\nwhile time.process_time() < end: pass"


def weigh(tmp_path: Path, *command: str) -> Cost:
    return run(command, env=dict(os.environ), cwd=tmp_path, log=tmp_path / "log")


def test_the_time_of_children_counts(tmp_path: Path) -> None:
    burn = BURN.format(0.4)
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}])"
    assert weigh(tmp_path, sys.executable, "-c", code).cpu >= 0.4


def test_the_time_of_what_a_command_leaves_behind_counts(tmp_path: Path) -> None:
    burn = BURN.format(0.4)
    code = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {burn!r}], start_new_session=True)"
    assert weigh(tmp_path, sys.executable, "-c", code).cpu >= 0.4


def test_the_time_of_a_command_is_not_that_of_whoever_weighs_it(tmp_path: Path) -> None:
    assert weigh(tmp_path, "true").cpu < 0.2


def test_memory_is_that_of_all_processes_together(tmp_path: Path) -> None:
    hold = "import time; held = b'1' * 60_000_000; time.sleep(1)"
    start = f"ps = [subprocess.Popen([sys.executable, '-c', {hold!r}]) for _ in 'ab']"
    code = f"import subprocess, sys; {start}; [p.wait() for p in ps]"
    assert 120e6 < weigh(tmp_path, sys.executable, "-c", code).memory < 250e6


def test_a_command_that_fails_is_no_result(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match="what went wrong"):
        weigh(tmp_path, "sh", "-c", "echo what went wrong; exit 3")


def fake(name: str, text: str) -> Contestant:
    return Contestant(
        name=name,
        command=lambda material, folder: ["sh", "-c", f"echo {text} > '{folder}/out'"],
        text=lambda folder: (folder / "out").read_text("utf-8"),
        environment=dict(os.environ),
    )


def test_everyone_reads_in_turn_and_is_scored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pages = Material(name="two words", files=(), pages=1, truth="một hai")
    results = speed.compare(pages, [fake("a", "một hai"), fake("b", "một ba")], 2, tmp_path)
    told = capsys.readouterr().out.splitlines()
    assert [line.split(", ")[2].split(":")[0] for line in told] == ["a", "b", "a", "b"]
    assert [(result.contestant, len(result.costs), result.score.f1) for result in results] == [
        ("a", 2, 1.0),
        ("b", 2, 0.5),
    ]


def result(name: str, *seconds: float) -> speed.Result:
    pages = Material(name="x", files=(), pages=10, truth="")
    costs = tuple(Cost(wall=2 * cpu, cpu=cpu, memory=5_000_000) for cpu in seconds)
    return speed.Result(contestant=name, material=pages, costs=costs, score=Score(wanted=4, read=4, found=3))


def test_the_table_has_medians_spread_and_ratios() -> None:
    rows = speed.table([result("sohoa fast", 4, 5, 9), result(speed.REFERENCE, 50, 50, 50)], 2).splitlines()
    assert "| sohoa fast | 0.50 | 100% | 10.0 | 60 | 25 | 5 | 75.0 |" in rows
    assert f"| {speed.REFERENCE} | 5.00 | 0% | 1.0 | 6 | 25 | 5 | 75.0 |" in rows


def test_long_pdfs_are_read_once_and_not_by_peers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"{speed.BEGIN}{speed.END}", "utf-8")
    monkeypatch.setattr(material, "REAL", tmp_path / "absent")
    monkeypatch.setattr(speed, "all_contestants", lambda workers: [fake("sohoa fast", "một"), fake("peer", "một")])
    lengths = ["--pages", "1", "3", "--files", "0", "--peer-pages", "2", "--rounds", "2"]
    monkeypatch.setattr(sys, "argv", ["speed", *lengths, "--write", str(page)])
    speed.main()
    short, long = page.read_text("utf-8").split("### ")[1:]
    assert "| peer |" in short and "| sohoa fast |" in short
    assert "| peer |" not in long and "| sohoa fast |" in long


def test_what_the_reference_has_read_too_is_told_together() -> None:
    ours, theirs = result("sohoa fast", 4, 5, 9), result(speed.REFERENCE, 50)
    rows = speed.together([[ours, theirs], [result("sohoa fast", 3), theirs], [result("sohoa fast", 7)]]).splitlines()
    assert rows[0] == "### These 20 pages together"
    assert rows[-2:] == ["| sohoa fast | 0.40 | 12.5 |", f"| {speed.REFERENCE} | 5.00 | 1.0 |"]
    assert not speed.together([[ours, theirs]])


def test_without_the_reference_there_are_no_ratios() -> None:
    assert "| sohoa fast | 0.50 | one run |  | 60 | 50 | 5 | 75.0 |" in speed.table([result("sohoa fast", 5)], 1)


def test_results_take_the_place_of_older_ones_and_nothing_else(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text(f"before\n{speed.BEGIN}\nold\n{speed.END}\nafter\n", "utf-8")
    speed.write(page, "new")
    speed.write(page, "newer")
    assert page.read_text("utf-8") == f"before\n{speed.BEGIN}\n\nnewer\n{speed.END}\nafter\n"
    page.write_text("no marks", "utf-8")
    with pytest.raises(ValueError, match="has no"):
        speed.write(page, "new")


def test_material_has_the_pages_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(material, "REAL", tmp_path / "absent")
    made = material.scanned_pdf(tmp_path, 3)
    with pikepdf.open(made.files[0]) as pdf:
        assert len(pdf.pages) == made.pages == 3
        assert {round(max(map(float, page.mediabox))) for page in pdf.pages} == {842}
    assert len(made.truth.split()) > 100
    tiffs = material.bilevel_tiffs(tmp_path, 2)
    with Image.open(tiffs.files[0]) as image:
        assert (image.mode, image.info["compression"]) == ("1", "group4")
    assert [file.suffix for file in material.jpegs(tmp_path, 2).files] == [".jpg", ".jpg"]


def test_our_whole_path_and_raw_tesseract_read_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(material, "REAL", tmp_path / "absent")
    pages = material.jpegs(tmp_path, 1)
    found = speed.compare(pages, [contestants.sohoa("fast", 1), contestants.tesseract(1)], 1, tmp_path)
    assert all(one.score.f1 > 0.8 and one.cpu > 0.1 for one in found)


def test_a_past_is_in_the_catalogue_that_is_read_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(material, "REAL", tmp_path / "absent")
    settings = Settings(workspace=tmp_path)
    prepare(settings)
    history.fill(settings, 30, now())
    with open_services(settings) as services:
        assert services.catalogue.activity.workload().documents[DocumentState.DONE] == 30
        (view, *_) = services.catalogue.shelf.unmatched(30)
        assert view.reading is not None
        word = view.reading.texts[0].split()[0]
        assert services.catalogue.shelf.search(word, 30)
    assert len(list(settings.done_folder.glob("*/*/scan-*.jpg"))) == 30


def test_help_explains(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.speed", "--help"], capture_output=True, text=True, check=True
    ).stdout
    assert "--quick" in told
