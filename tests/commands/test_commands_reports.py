import contextlib
import io
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from typer.testing import Result

from pipeline.errors import UsageError

Run = Callable[..., Result]

NATIONAL = ("report", "national", "--period", "9T/2023")


def test_the_table_is_printed_and_the_page_kept(registered: Run, tmp_path: Path) -> None:
    shown = registered(*NATIONAL)
    assert "Toàn quốc" in shown.stdout
    assert "Điện Biên" in shown.stdout
    assert (tmp_path / "reports" / "nation-9T-2023.html").stat().st_size > 10_000


@pytest.mark.parametrize(("suffix", "start"), [("xlsx", b"PK"), ("pdf", b"%PDF-"), ("html", b"<!DOCTYPE html>")])
def test_the_suffix_of_the_file_names_the_format(registered: Run, tmp_path: Path, suffix: str, start: bytes) -> None:
    file = tmp_path / f"bao-cao.{suffix}"
    assert registered(*NATIONAL, "--output", file).exit_code == 0
    assert file.read_bytes().startswith(start)


def test_a_workbook_in_english_has_english_sheets(registered: Run, tmp_path: Path) -> None:
    file = tmp_path / "report.xlsx"
    registered(*NATIONAL, "--output", file, "--language", "en")
    assert openpyxl.load_workbook(io.BytesIO(file.read_bytes())).sheetnames[0] == "Summary"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--format", "pdf"), "name a file with --output"),
        (("--output", "report.doc"), "names no format"),
        (("--language", "fr"), "there are vi, en"),
        (("--units", "30/02/2025"), "not a day"),
        (("--pages", "folder", "--publish"), "--pages and --publish do not go together"),
        (("--pages", "folder", "--output", "a.pdf"), "--pages and --output do not go together"),
    ],
)
def test_what_cannot_be_given_out_is_refused(registered: Run, words: tuple[str, ...], said: str) -> None:
    refused = registered(*NATIONAL, *words)
    assert isinstance(refused.exception, UsageError)
    assert said in str(refused.exception)


def test_the_pages_of_a_centre_are_its_report_and_its_list(registered: Run, tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    said = registered("report", "centre", "H18.25", "--period", "9T/2023", "--pages", folder).stdout
    assert "(2 pages)" in said.replace("\n", " ")
    assert sorted(path.name for path in folder.iterdir()) == ["H18.25-ho-so.html", "index.html"]


def test_quarters_and_the_units_of_another_day_go_into_pages_and_files(registered: Run, tmp_path: Path) -> None:
    how = ("--period", "9T/2023", "--units", "2025-07-01", "--trend", "quarter")
    assert registered("report", "national", *how, "--pages", tmp_path / "pages").exit_code == 0
    assert "Đơn vị hành chính quy đổi theo ngày 01/07/2025" in (tmp_path / "pages" / "index.html").read_text("utf-8")
    report = json.loads(registered("report", "national", *how, "--format", "json").stdout)
    (trend,) = [section for section in report["sections"] if section["name"] == "trend"]
    assert trend["title"] == "Diễn biến theo quý"
    assert [row[0] for row in trend["rows"]][-1] == "Quý 3/2023"


def test_the_worklist_of_a_centre_opens_in_excel(registered: Run, tmp_path: Path) -> None:
    file = tmp_path / "viec.csv"
    assert registered("worklist", "H18.25", "--period", "9T/2023", "-o", file).exit_code == 0
    heading, first, *_ = file.read_text(encoding="utf-8").splitlines()
    assert heading.startswith("\ufeffViệc cần làm;Văn bản hoặc hồ sơ;")
    assert first.startswith("Hồ sơ chưa đủ tệp số hóa;H18.25-")


def test_the_report_of_a_province_names_dossiers_that_are_missing(registered: Run) -> None:
    report = json.loads(registered("report", "province", "H18", "--period", "9T/2023", "--format", "json").stdout)
    named = report["missing"]["dossier_codes"]
    assert set(named) <= {row["code"] for row in report["centres"]}
    assert sum(map(len, named.values())) == report["missing"]["dossiers"] > 0


def test_the_change_is_told_where_the_year_before_is_known(registered: Run, tmp_path: Path) -> None:
    def change() -> float | None:
        report = json.loads(registered(*NATIONAL, "--format", "json").stdout)
        value: float | None = report["total"]["indicators"]["records_digitized"]["change"]
        return value

    assert change() is None
    earlier = tmp_path / "2022.csv"
    earlier.write_text("code,procedure,received_at,centre\nH18.25-220914-0001,1.012766,2022-09-14,H18.25\n")
    assert registered("import", "dossiers", earlier).exit_code == 0
    assert change() is not None


def test_a_rejected_line_is_told_with_its_number_and_column(registered: Run, tmp_path: Path) -> None:
    file = tmp_path / "dossiers.csv"
    file.write_text(
        "code,procedure,received_at,centre\n"
        "H18.25-230914-0077,1.012766,2023-02-30,H18.99\n"
        "H18.25-230914-0078,1.012766,2023-09-14,H18.25\n"
    )
    told = registered("import", "dossiers", file)
    assert told.exit_code == 0
    assert "dossiers.csv: line 2, received_at: '2023-02-30'" in told.stderr
    assert "dossiers.csv: line 2, centre: 'H18.99'" in told.stderr
    assert "1 added, 0 changed, 0 already the same, 1 lines left out" in told.stdout


def test_the_sums_are_proved_and_mended(registered: Run, tmp_path: Path) -> None:
    assert "All sums are those of a full recount." in registered("verify-rates").stdout
    with contextlib.closing(sqlite3.connect(tmp_path / "catalogue.sqlite")) as database:
        database.execute("DELETE FROM results")
        database.commit()
    wrong = registered("verify-rates")
    assert wrong.exit_code == 1
    assert "H18.01 2023-03-23: not the sums of its dossiers" in wrong.stdout
    assert registered("verify-rates", "--rebuild").exit_code == 0
