"""Somebody is told, by event, webhook and mail, once, and again when it is over."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from flows import alerts, heartbeat
from flows.alerts import Memory, Sample, days_left
from flows.services import Services, open_services
from flows.watch import Watcher
from pipeline.model import MediaType, Original, Receipt, whole
from tests.servers.process import free_port

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)  # a Wednesday


class Heard:
    """What a web server and a mail server on loopback were sent."""

    def __init__(self) -> None:
        self.posts: list[tuple[str, object]] = []
        self.mails: list[str] = []
        self.answer = 200


@pytest.fixture
def heard() -> Iterator[Heard]:
    heard = Heard()

    class Web(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            heard.posts.append((self.path, content))
            self.send_response(heard.answer)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Not into the tests' output."""

    class Mail(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 ready\r\n")
            while line := self.rfile.readline():
                if line.upper().startswith(b"DATA"):
                    self.wfile.write(b"354 go on\r\n")
                    heard.mails.append(b"".join(iter(self.rfile.readline, b".\r\n")).decode())
                self.wfile.write(b"221 bye\r\n" if line.upper().startswith(b"QUIT") else b"250 ok\r\n")

    with (
        ThreadingHTTPServer(("127.0.0.1", 0), Web) as web,
        socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mail) as mail,
    ):
        for server in (web, mail):
            threading.Thread(target=server.serve_forever, daemon=True).start()
        heard.web, heard.mail = web.server_address[1], mail.server_address[1]  # type: ignore[attr-defined]
        yield heard
        web.shutdown()
        mail.shutdown()


@pytest.fixture
def told(settings, services, heard) -> Iterator[Services]:
    """Services that tell alerts to the servers of `heard`."""
    given = {
        "prefect_api_url": f"http://127.0.0.1:{heard.web}/api",
        "alert_webhook": f"http://127.0.0.1:{heard.web}/hook?token=secret",
        "alert_mail_to": "admin@example.org",
        "smtp_host": "127.0.0.1",
        "smtp_port": heard.mail,
        "disk_days": 0,
    }
    with open_services(type(settings)(**(settings.model_dump(exclude={"inbox"}) | given))) as opened:
        yield opened


def beat(services: Services, at: datetime, **known: object) -> None:
    known = {"sweeps": 2, "received": 0, "rejected": 0, "waiting": 3, "held": 3} | known
    heartbeat.write(services.settings, heartbeat.Heartbeat(at=at, **known))  # type: ignore[arg-type]


def test_a_fault_that_lasts_is_told_everywhere_once_and_so_is_its_end(told, heard):
    beat(told, NOW, waits_for=("store-unavailable",))
    assert alerts.check(told, NOW) == []  # it may be over in a moment
    for minutes in (6, 8, 10):
        beat(told, NOW + timedelta(minutes=minutes), waits_for=("store-unavailable",))
        (alert,) = alerts.check(told, NOW + timedelta(minutes=minutes))
    assert (alert.code, alert.about) == ("waits", "store-unavailable")
    assert [path for path, _ in heard.posts] == ["/api/events", "/hook?token=secret"]
    (event,) = heard.posts[0][1]
    assert (event["event"], event["resource"]["prefect.resource.id"]) == (
        "sohoa.alert.raised",
        "sohoa.alert.waits.store-unavailable",
    )
    assert len(heard.mails) == 1
    assert "Subject: sohoa: waits store-unavailable" in heard.mails[0]
    beat(told, NOW + timedelta(minutes=12))
    assert alerts.check(told, NOW + timedelta(minutes=12)) == []
    assert heard.posts[2][1][0]["event"] == "sohoa.alert.over"
    assert heard.posts[3][1]["over"] is True
    assert "is over" in heard.mails[1]
    alerts.check(told, NOW + timedelta(minutes=14))
    assert (len(heard.posts), len(heard.mails)) == (4, 2)


def test_what_could_not_be_told_is_told_again(told, heard, caplog):
    beat(told, NOW - timedelta(minutes=10))
    heard.answer = 500
    alerts.check(told, NOW)
    heard.answer = 200
    alerts.check(told, NOW)
    alerts.check(told, NOW)
    assert [path for path, _ in heard.posts].count("/hook?token=secret") == 2
    assert "token" not in caplog.text


def test_a_silent_watcher_is_told(services):
    assert alerts.find(services, Memory(), NOW) == []  # none has ever run here
    beat(services, NOW - timedelta(minutes=7))
    assert [a.code for a in alerts.find(services, Memory(), NOW)] == ["watcher-silent"]


def test_a_queue_that_grows_for_an_hour_is_told_and_one_that_shrinks_is_not(services, monkeypatch):
    def samples(*waiting: int) -> Memory:
        times = [NOW - timedelta(minutes=10 * (len(waiting) - n)) for n in range(len(waiting))]
        return Memory(samples=[Sample(at=at, waiting=n, free={}) for at, n in zip(times, waiting, strict=True)])

    monkeypatch.setattr(alerts, "_waiting", lambda services: 200)
    assert [a.code for a in alerts.find(services, samples(100, 110, 120, 150, 160, 180), NOW)] == ["queue-grows"]
    assert alerts.find(services, samples(100, 110, 90, 150, 160, 180), NOW) == []
    assert alerts.find(services, samples(150, 180), NOW) == []  # not for an hour yet
    assert alerts.find(services, samples(190, 190, 190, 190, 195, 195), NOW) == []
    monkeypatch.setattr(alerts, "_waiting", lambda services: 20)
    assert alerts.find(services, samples(1, 2, 3, 4, 5, 6), NOW) == []


def test_a_disk_that_fills_is_told_with_the_days_left(services, monkeypatch):
    usage = type("Usage", (), {"free": 40 * 10**9, "total": 100 * 10**9})
    monkeypatch.setattr(alerts.shutil, "disk_usage", lambda folder: usage)
    before = Sample(at=NOW - timedelta(days=2), waiting=0, free={"workspace": 60 * 10**9})
    (alert,) = alerts.find(services, Memory(samples=[before]), NOW)
    assert (alert.code, alert.about) == ("disk-fills", "workspace")
    assert "4.0 days" in alert.text
    usage.free = 2 * 10**9
    assert "but for 2.0 GB" in alerts.find(services, Memory(), NOW)[0].text


def test_days_left_needs_hours_of_figures_and_a_disk_that_fills():
    assert days_left([(NOW, 5)]) is None
    assert days_left([(NOW, 100), (NOW + timedelta(hours=5), 10)]) is None
    assert days_left([(NOW, 100), (NOW + timedelta(days=1), 120)]) is None
    assert days_left([(NOW, 100), (NOW + timedelta(days=1), 80)]) == pytest.approx(4.0)


def test_a_centre_that_has_stopped_scanning_is_told(services):
    days = [NOW - timedelta(days=n) for n in range(5, 20) if (NOW - timedelta(days=n)).weekday() < 5]
    for number, at in enumerate(days):
        sha = f"{number:064x}"
        original = Original(sha256=sha, size=1, media_type=MediaType.PDF, pages=1)
        receipt = Receipt(id=f"r{number}", sha256=sha, centre="H18.25", name="a.pdf", received_at=at)
        services.catalogue.receipts.record(receipt, original, [whole(original)])
    (alert,) = alerts.find(services, Memory(), NOW)
    assert (alert.code, alert.about) == ("centre-silent", "H18.25")
    assert "2026-11-20" in alert.text


def test_the_watcher_leaves_a_heartbeat_a_page_for_the_clerk_and_looks_for_alerts(services, settings):
    (settings.inbox_folder / "H18.25" / "a.pdf").write_bytes(b"%PDF-1.7 cut off")
    object.__setattr__(settings, "incomplete_minutes", 10.0)
    watcher = Watcher(services, lambda documents: None)
    watcher.look()
    result = watcher.look()
    assert result.waiting == ("H18.25/a.pdf",)
    known = heartbeat.read(settings)
    assert known is not None
    assert dict(known.reasons) == {"H18.25/a.pdf": "incomplete"}
    assert "a.pdf" in (settings.inbox_folder / "H18.25" / "_TINH TRANG.txt").read_text("utf-8-sig")
    watcher._look_out.look(NOW)
    assert alerts.recall(settings).samples


def test_the_memory_of_alerts_survives_a_file_cut_off_and_a_clock_set_back(services, settings):
    beat(services, NOW)
    alerts.check(services, NOW + timedelta(days=400))
    alerts.check(services, NOW)
    assert [s.at for s in alerts.recall(settings).samples] == [NOW]
    (settings.state_folder / "alerts.json").write_text('{"samples": [')
    assert alerts.recall(settings) == Memory()


def test_a_mail_server_that_is_away_stops_nothing(services, settings):
    given = settings.model_dump(exclude={"inbox"}) | {
        "alert_mail_to": "a@example.org",
        "smtp_host": "127.0.0.1",
        "smtp_port": free_port(),
    }
    with open_services(type(settings)(**given)) as other:
        beat(other, NOW - timedelta(minutes=10))
        assert len(alerts.check(other, NOW)) == 1
        assert alerts.recall(settings).told == {}
