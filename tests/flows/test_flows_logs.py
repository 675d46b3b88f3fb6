"""Log lines name the document and the flow run that they are about, and nobody by name."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import logs
from flows.logs import About, Json, Text, masked
from flows.services import Services
from flows.work import digitize_document
from pipeline import clock
from tests.flows.test_flows_work import receive

ID = "0a1b2c3d4e5f60718293"


class Lines:
    """What one logger writes, with a formatter of ours."""

    def __init__(self, formatter: logging.Formatter) -> None:
        self.stream = io.StringIO()
        self.handler = logging.StreamHandler(self.stream)
        self.handler.addFilter(About())
        self.handler.setFormatter(formatter)

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def json(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture(params=[Json, Text])
def lines(request: pytest.FixtureRequest) -> Iterator[Lines]:
    yield from writing(request.param())


@pytest.fixture
def as_json() -> Iterator[Lines]:
    yield from writing(Json())


def writing(formatter: logging.Formatter) -> Iterator[Lines]:
    made, ours = Lines(formatter), [logging.getLogger("flows"), logging.getLogger("pipeline")]
    for logger in ours:
        logger.addHandler(made.handler)
        logger.setLevel(logging.INFO)
    yield made
    for logger in ours:
        logger.removeHandler(made.handler)
        logger.setLevel(logging.NOTSET)


def test_every_line_about_a_document_has_its_id_from_the_receipt_to_the_reading(
    services: Services, as_json: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = receive(services, "Nguyễn Văn Mẫu 011199000002.png", "ĐƠN ĐỀ NGHỊ")
    monkeypatch.setenv("PREFECT__FLOW_RUN_ID", "run-1")
    digitize_document(services, document, clock.now)
    about = [line for line in as_json.json if line.get("document") == document]
    assert [line["message"].partition(" ")[0] for line in about] == ["received", "1", "read"]
    assert [line.get("flow_run_id") for line in about] == [None, "run-1", "run-1"]
    assert {*about[0]} == {"at", "level", "logger", "message", "document"}
    assert "Nguyễn" not in as_json.text and "011199000002" not in as_json.text


def test_a_line_for_people_says_the_same_at_its_end(lines: Lines) -> None:
    with logs.about("0a1b"):
        logging.getLogger("flows.x").warning("waits", extra={"flow_run_id": "run-2"})
    logging.getLogger("flows.x").warning("of nothing")
    one, other = lines.text.splitlines()
    assert "0a1b" in one and "run-2" in one
    assert "document" not in other


def test_a_traceback_is_told_without_the_file(lines: Lines) -> None:
    try:
        Path("/srv/inbox/H18.25/Nguyễn Văn Mẫu/đơn của Mẫu.pdf").read_bytes()
    except OSError:
        logging.getLogger("flows.x").exception("unforeseen")
    assert "Mẫu" not in lines.text
    assert "inbox/H18.25/" in lines.text and "FileNotFoundError" in lines.text and "test_flows_logs.py" in lines.text


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("id 011199000002, once 012345678.", "id …, once …."),
        ("call 0912345678 or +84912345678", "call … or …"),
        ("to lo.thi.thu@dienbien.gov.vn", "to …@…"),
        ("'/srv/done/H18.25/2023-09-14/Lò Thị Thử/a b.TIF'", "'/srv/done/H18.25/…/….TIF'"),
        ("GET /old/archive/H18.25/Nguyen%20Van%20A.pdf?x HTTP", "GET /old/archive/H18.25/….pdf?x HTTP"),
        ('File "/opt/sohoa/flows/work.py", line 12', 'File "/opt/sohoa/flows/work.py", line 12'),
        (f"document {ID}, 123456 bytes, 2026-11-28", f"document {ID}, 123456 bytes, 2026-11-28"),
        ("H18.25-230914-0012 at 127.0.0.1:4283", "H18.25-230914-0012 at 127.0.0.1:4283"),
    ],
)
def test_what_names_a_person_is_masked_and_nothing_else(text: str, after: str) -> None:
    assert masked(text) == after


@given(st.text(), st.from_regex(r"0[0-9]{11}", fullmatch=True), st.text())
def test_no_personal_number_stays_whatever_is_around_it(before: str, number: str, after: str) -> None:
    assert number not in masked(f"{before} {number} {after}").split()
