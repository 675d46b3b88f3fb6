"""backfill: planned, started, paused, resumed, cancelled, compared, promoted and rolled back from the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.backfill import feed as backfill_feed
from flows.services import open_services
from flows.settings import find_workspace, load
from pipeline.errors import NotFound, UsageError
from tests.commands.conftest import Run
from tests.flows.conftest import draw_scan
from tests.flows.test_flows_backfill import run as feed


@pytest.fixture
def old(tmp_path: Path) -> Path:
    old = tmp_path / "old"
    draw_scan(old / "H18.25/a.png", "ĐƠN ĐỀ NGHỊ", "Kính gửi Ủy ban nhân dân xã Mường Then")
    draw_scan(old / "H18.25/b.png", "TỜ TRÌNH", "Cộng hòa xã hội chủ nghĩa Việt Nam")
    (old / "H18.25/list.txt").write_text("danh sách")
    return old


@pytest.fixture
def office(registered: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """In these tests backfills may run in office hours."""
    monkeypatch.setenv("SOHOA_BACKFILL_OFFICE_SHARE", "1")
    monkeypatch.setenv("SOHOA_PROFILE", "tesseract")
    monkeypatch.setattr(backfill_feed, "OFFERED_EVERY", 0.0)
    yield registered


def asked(sohoa: Run, *words: object) -> Any:
    result = sohoa("backfill", *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def said(sohoa: Run, *words: object) -> str:
    result = sohoa("backfill", *words)
    assert result.exit_code == 0, result.output
    return result.stdout


def finish(id_: str) -> None:
    """A feeder takes the files, and what waits is read here."""
    with open_services(load(find_workspace(None))) as services:
        feed(services, services.catalogue.backfills.get(id_))


def test_a_plan_is_shown_and_can_be_started_as_it_is(office: Run, old: Path, tmp_path: Path) -> None:
    shown = said(office, "plan", old, "--profile", "tesseract")
    assert "3 (2 png, 1 txt)" in shown
    assert "not-a-scan" in shown
    plan = asked(office, "plan", old, "--sample", "100%", "--profile", "tesseract", "--count")
    assert (plan["plan"]["files"], plan["plan"]["pages"]) == (3, 2)
    assert said(office, "status").startswith("There is no backfill")
    (tmp_path / "plan.json").write_text(json.dumps(plan), "utf-8")
    started = asked(office, "start", "--plan", tmp_path / "plan.json")
    assert asked(office, "status", started["backfill"])["spec"] == plan["spec"]
    assert said(office, "start", old, "--profile", "tesseract").startswith("The same is under way already")


def test_it_is_paused_resumed_and_cancelled_by_the_beginning_of_its_id(office: Run, old: Path) -> None:
    id_ = asked(office, "start", old)["backfill"]
    assert said(office, "pause", id_[:4]) == f"{id_} is paused\n"
    assert [(row["state"], row["of"]) for row in asked(office, "status")] == [("paused", "?")]
    assert said(office, "resume", id_) == f"{id_} is running\n"
    assert said(office, "cancel", id_) == f"{id_} is cancelled\n"
    with pytest.raises(UsageError, match="cancelled"):
        raise office("backfill", "resume", id_).exception or AssertionError
    assert isinstance(office("backfill", "pause", "zz").exception, NotFound)


def test_what_became_of_a_source_is_told_file_by_file(office: Run, old: Path) -> None:
    id_ = asked(office, "start", old)["backfill"]
    finish(id_)
    shown = said(office, "status", id_)
    assert "files: 1 refused, 2 taken" in shown
    assert "documents: 2 read" in shown
    assert "H18.25/list.txt" in shown
    told = asked(office, "status", id_)
    assert told["not_taken"] == [{"file": "H18.25/list.txt", "code": "not-a-scan"}]
    assert (told["state"], told["share"], told["codes"]) == ("done", 1.0, {"not-a-scan": 1})


def test_readings_are_compared_promoted_and_rolled_back(office: Run, old: Path, tmp_path: Path) -> None:
    finish(asked(office, "start", old)["backfill"])
    planned = asked(office, "plan", "--stale", "--profile", "fast")["plan"]
    assert (planned["documents"], planned["pages"]) == (2, 2)
    assert "now tesseract" in said(office, "plan", "--read-with", "tesseract", "--profile", "fast")
    id_ = asked(office, "start", "--stale", "--profile", "fast")["backfill"]
    finish(id_)
    rows = asked(office, "compare", id_, "--output", tmp_path / "beside.html")
    assert {row["rule"] for row in rows} <= {"better", "keep"}
    page = (tmp_path / "beside.html").read_text("utf-8")
    assert all(row["document"] in page for row in rows)
    one = rows[0]["document"]
    assert said(office, "promote", id_, one) == "1 new readings are the current ones now\n"
    assert office("show", one).stdout.count("fast") >= 1
    assert said(office, "promote", id_, "--by-rule").endswith("new readings are the current ones now\n")
    assert "promoted" in said(office, "status", id_)
    assert "readings before are the current ones again" in said(office, "rollback", id_)
    assert asked(office, "status", id_)["readings_beside"].get("promoted", 0) == 0


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((), "say which documents"),
        (("--centre", "H18.25"), "say which documents"),
        (("/srv/old", "--stale"), "do not go with it"),
        (("--model-before", "5.3"), "NAME=VERSION"),
        (("--stale", "--sample", "much"), "no share"),
        (("--stale", "--centre", "H77"), "H77"),
        (("--stale", "--period", "13T/2023"), "13T/2023"),
    ],
)
@pytest.mark.parametrize("command", ["plan", "start"])
def test_options_that_mean_nothing_are_refused(office: Run, command: str, words: tuple[str, ...], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        raise office("backfill", command, *words).exception or AssertionError
    assert asked(office, "status") == []


def test_a_file_that_is_no_plan_starts_nothing(office: Run, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text("{}", "utf-8")
    assert isinstance(office("backfill", "start", "--plan", tmp_path / "plan.json").exception, UsageError)


def test_the_help_of_both_commands_names_every_option(office: Run) -> None:
    for command in ("plan", "start"):
        shown = said(office, command, "--help")
        for option in ("--centre", "--sample", "--old-scans", "--stale", "--confidence-under", "--json"):
            assert option in shown
