"""From a scan to a filled-in sheet to the accepted share in a report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lxml import html
from typer.testing import CliRunner

from flows import quality
from flows.publishing import make_report
from flows.services import Services, intake
from flows.work import digitize_document
from pipeline import clock
from pipeline.errors import NotFound, UsageError
from pipeline.indicators import periods
from pipeline.model import Scope
from pipeline.output import report_sections
from pipeline.output.report_format import Language
from sohoa.cli import app
from tests.flows.conftest import CODE, draw_scan

PERIOD = periods.parse("9T/2023")


@pytest.fixture
def document(services: Services) -> str:
    """One document that was read and found its dossier."""
    draw_scan(services.settings.inbox_folder / "H18.25" / f"{CODE}_TP01.png", "ĐƠN ĐỀ NGHỊ", "Ủy ban Mường Then")
    watched = intake(services)
    watched.sweep(clock.now())
    (found,) = watched.sweep(clock.now()).documents
    digitize_document(services, found, clock.now)
    return found


def test_a_sheet_is_drawn_filled_in_and_told_in_the_report(services: Services, document: str, tmp_path: Path) -> None:
    def sohoa(*words: object) -> str:
        run = CliRunner().invoke(app, ["--workspace", str(services.settings.workspace), *map(str, words)])
        assert run.exit_code == 0, run.exception
        return run.stdout

    sohoa("quality", "sample", "H18.25", "--period", "9T/2023", "-o", tmp_path / "sheet.html")
    page = html.fromstring((tmp_path / "sheet.html").read_text(encoding="utf-8"))
    (picture,) = page.xpath("//img")
    assert picture.get("src").startswith("data:image/jpeg;base64,")
    assert "Mường Then" in page.xpath("//pre")[0].text_content()
    form = page.get_element_by_id("sheet")
    assert [one.get("data-document") for one in page.xpath("//fieldset")] == [document]
    filled = tmp_path / "filled.json"
    filled.write_text(
        json.dumps(
            {
                "centre": form.get("data-centre"),
                "first": form.get("data-first"),
                "last": form.get("data-last"),
                "judgements": [{"document": document, "accepted": True, "note": "rõ"}],
            }
        )
    )
    assert "1 verdicts kept, 1 accepted" in sohoa("quality", "record", filled, "--by", "An")
    assert json.loads(sohoa("quality", "show", "H18.25", "--period", "9T/2023", "--json"))[0]["note"] == "rõ"
    assert [key for key in services.objects.keys("verdicts/") if document in key]
    report = make_report(services, Scope.CENTRE, "H18.25", PERIOD, clock.now())
    section = next(s for s in report_sections.sections(report, Language.ENGLISH) if s.name == "quality")
    shown = [report_sections.text(f, v, Language.ENGLISH) for f, v in zip(section.fields, section.rows[0], strict=True)]
    assert [cell.replace("\u00a0", " ") for cell in shown] == [
        "Bộ phận một cửa xã Mường Then",
        "1",
        "1",
        "100.0 %",
        "20.7 %",
        "100.0 %",
    ]


def test_a_sheet_with_a_strange_document_is_not_kept_at_all(services: Services, document: str) -> None:
    rows = [{"document": name, "accepted": True} for name in (document, "ffffffffffffffffffff")]
    sheet = {"centre": "H18.25", "first": "2023-01-01", "last": "2023-09-30", "judgements": rows}
    with pytest.raises(UsageError, match="ffffffffffffffffffff"):
        quality.record(services, json.dumps(sheet).encode(), "An", clock.now())
    with pytest.raises(UsageError, match="filled-in sheet"):
        quality.record(services, b"[]", "An", clock.now())
    assert services.catalogue.quality.history("H18.25", PERIOD) == []


def test_a_centres_worklist_says_what_is_there_to_do(services: Services) -> None:
    draw_scan(services.settings.inbox_folder / "H18.25" / "a.png", "Một trang giấy")
    watched = intake(services)
    watched.sweep(clock.now())
    (waiting,) = watched.sweep(clock.now()).documents
    found = quality.worklist(services, "H18.25", PERIOD)
    assert [view.document.id for view in found.unmatched] == [waiting]
    assert [dossier.code for dossier in found.missing] == [CODE]
    words = ["--workspace", str(services.settings.workspace), "worklist", "H18.25", "--period", "9T/2023", "--json"]
    rows = json.loads(CliRunner().invoke(app, words).stdout)
    assert [(row["Việc cần làm"], row["Văn bản hoặc hồ sơ"], row["Chi tiết"]) for row in rows] == [
        ("Văn bản chưa có hồ sơ", waiting[:12], "1 trang, chờ đọc"),
        ("Hồ sơ chưa đủ tệp số hóa", CODE, "TP01, KQ01"),
    ]
    with pytest.raises(NotFound):
        quality.worklist(services, "H99", PERIOD)
