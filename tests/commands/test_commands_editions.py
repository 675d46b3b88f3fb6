import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from typer.testing import Result

from pipeline.errors import IntegrityError, NotFound, UsageError

Run = Callable[..., Result]

PUBLISH = ("report", "province", "H18", "--period", "9T/2023", "--publish", "--by", "Văn phòng UBND tỉnh")
MORE = "code,procedure,received_at,centre,components,components_digitized,results,results_digitized\n"


def more_dossiers(run: Run, folder: Path, *codes: str) -> None:
    file = folder / "more.csv"
    lines = (f"{code},1.012766,2023-09-14,H18.25,TP01:Đơn,1,KQ01:Giấy,1\n" for code in codes)
    file.write_text(MORE + "".join(lines), "utf-8")
    assert run("import", "dossiers", file).exit_code == 0


def test_an_edition_is_served_as_it_was_published_whatever_came_later(registered: Run, tmp_path: Path) -> None:
    assert "Published: province-H18-9T-2023-1" in registered(*PUBLISH).stderr
    first, again = tmp_path / "first.xlsx", tmp_path / "again.xlsx"
    registered("edition", "get", "province-H18-9T-2023-1", "-o", first)
    more_dossiers(registered, tmp_path, "H18.25-230914-0090")
    registered(*PUBLISH)
    registered("edition", "get", "province-H18-9T-2023-1", "-o", again)
    assert first.read_bytes() == again.read_bytes()
    heading = openpyxl.load_workbook(first)["Tổng hợp"]["A4"].value
    assert "Bản công bố số 1, người công bố: Văn phòng UBND tỉnh" in heading


def test_a_later_edition_says_what_it_changed(registered: Run, tmp_path: Path) -> None:
    registered(*PUBLISH)
    more_dossiers(registered, tmp_path, "H18.25-230914-0090", "H18.25-230914-0091")
    published = registered(*PUBLISH)
    assert "province-H18-9T-2023-2; " in published.stderr
    (change,) = [
        row
        for row in json.loads(registered("edition", "show", "province-H18-9T-2023-2", "--json").stdout)
        if row["indicator"] == "records_digitized"
    ]
    before, after = ([int(n) for n in change[side].split(" / ")] for side in ("before", "after"))
    assert (after[0] - before[0], after[1] - before[1]) == (2, 2)
    listed = json.loads(registered("edition", "list", "--json").stdout)
    assert [row["edition"] for row in listed] == ["province-H18-9T-2023-2", "province-H18-9T-2023-1"]
    assert listed[0]["inputs"] != listed[1]["inputs"]


def test_what_is_mapped_to_other_units_is_published_beside(registered: Run) -> None:
    registered(*PUBLISH)
    assert "Published: province-H18-9T-2023-units-2025-07-01-1" in registered(*PUBLISH, "--units", "2025-07-01").stderr
    listed = json.loads(registered("edition", "list", "--json").stdout)
    assert [row["units"] for row in listed] == ["2025-07-01", None]
    assert registered("edition", "check", listed[0]["edition"]).exit_code == 0


def test_publishing_the_same_figures_changes_nothing_and_has_the_same_inputs(registered: Run) -> None:
    registered(*PUBLISH)
    assert "; 0 figures differ" in registered(*PUBLISH).stderr
    one, two = json.loads(registered("edition", "list", "--json").stdout)
    assert one["inputs"] == two["inputs"]


def test_a_check_computes_again_and_tells_what_came_since(registered: Run, tmp_path: Path) -> None:
    registered(*PUBLISH)
    checked = registered("edition", "check", "province-H18-9T-2023-1")
    assert checked.exit_code == 0
    assert checked.stdout.count("the same figures") == 2
    more_dossiers(registered, tmp_path, "H18.25-230914-0090")
    checked = registered("edition", "check", "province-H18-9T-2023-1")
    assert "on its inputs: the same figures" in checked.stdout
    assert "of today: " in checked.stdout
    assert "of today: the same figures" not in checked.stdout


def test_a_published_file_that_was_altered_is_found_out(registered: Run, tmp_path: Path) -> None:
    registered(*PUBLISH)
    (file,) = (tmp_path / "objects" / "editions").rglob("*.csv")
    file.chmod(0o600)
    file.write_bytes(file.read_bytes().replace(b"H18.25", b"H18.52"))
    checked = registered("edition", "check", "province-H18-9T-2023-1")
    assert isinstance(checked.exception, IntegrityError)


@pytest.mark.parametrize("name", ["nation-9T-2023-1", "province-H18-9T-2023-2", "nonsense", ""])
def test_an_edition_that_is_not_there_is_not_found(registered: Run, name: str, tmp_path: Path) -> None:
    registered(*PUBLISH)
    got = registered("edition", "get", name, "-o", tmp_path / "x.pdf")
    assert isinstance(got.exception, NotFound)


def test_a_format_that_was_not_published_is_refused_with_those_that_were(registered: Run, tmp_path: Path) -> None:
    registered(*PUBLISH)
    got = registered("edition", "get", "province-H18-9T-2023-1", "-o", tmp_path / "x.doc")
    assert isinstance(got.exception, UsageError)
    assert "html, pdf, xlsx, csv, json" in str(got.exception)
