"""What the command line says of scans, and of what is wrong."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from flows import heartbeat
from flows.settings import load
from pipeline.clock import now
from tests.commands.conftest import Run


def beat(workspace: Path, **known: object) -> None:
    known = {"at": now(), "sweeps": 2, "received": 0, "rejected": 0, "waiting": 1} | known
    heartbeat.write(load(workspace), heartbeat.Heartbeat(**known))  # type: ignore[arg-type]


def test_intake_says_of_each_file_whether_it_was_taken_waits_or_was_refused_and_why(
    registered: Run, tmp_path: Path
) -> None:
    folder = tmp_path / "inbox" / "H18.25"
    (folder / "chưa xong.pdf").write_bytes(b"%PDF-1.7")
    refused = tmp_path / "rejected" / "H18.25"
    refused.mkdir()
    (refused / "thư.txt.lydo.txt").write_text("Tệp: thư.txt\n\nTệp không phải là bản quét.\n\nMã hỗ trợ: not-a-scan\n")
    beat(tmp_path, reasons={"H18.25/chưa xong.pdf": "incomplete"})
    rows = json.loads(registered("intake", "--today", "--json").stdout)
    assert {(row["đơn vị"], row["tệp"], row["kết quả"], row["mã"]) for row in rows} == {
        ("H18.25", "thư.txt", "không nhận", "not-a-scan"),
        ("H18.25", "chưa xong.pdf", "đang chờ", "incomplete"),
    }
    assert all(row["lý do"].startswith("Tệp ") for row in rows)
    assert json.loads(registered("intake", "--centre", "H18.26", "--json").stdout) == []


def test_status_says_what_is_wrong_and_what_is_waited_for(registered: Run, tmp_path: Path) -> None:
    beat(
        tmp_path,
        at=now() - timedelta(minutes=9),
        waits_for=("store-unavailable",),
        reasons={"H18.25/a.pdf": "incomplete"},
    )
    said = registered("status").stdout
    assert "watcher-silent" in said
    assert "1 files waiting, 1 of them incomplete" in said
    assert "store-unavailable" in said
    known = json.loads(registered("status", "--json").stdout)
    assert [alert["code"] for alert in known["alerts"]] == ["watcher-silent"]
    assert known["watcher"]["for"] == ["store-unavailable"]
