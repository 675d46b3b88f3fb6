"""How many records a day one worker on one core sends to each system that takes records, and how many persons and firms
it looks up in those that are asked, within the limit of calls.

    python -m benchmarks.exchange [--records 500]

The system is its simulator in a process of its own; CPU is that of the sending process alone. A day is extrapolated
from the slower of the two: CPU of one core, or the calls a minute that the default settings keep to.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx

from connectors.simulators.others import FIRM, OWNER, SHOP
from flows.interconnection.connecting import connected, seal_of
from flows.interconnection.looking_up import Asker, verify_firm, verify_owner
from flows.interconnection.sending import send_due
from flows.services import Services, open_services, prepare
from flows.settings import ConnectionSettings, load
from pipeline.clock import now
from pipeline.interconnection import sealing
from pipeline.model import (
    Centre,
    Dossier,
    Level,
    Match,
    MatchSource,
    MediaType,
    Original,
    OutboxEntry,
    PaperKind,
    Procedure,
    ReaderIdentity,
    Reading,
    Receipt,
    Record,
    System,
    whole,
)

DAY = 86_400
ASKED = (System.POPULATION, System.BUSINESS, System.HOUSEHOLD)
"""These are sent nothing: a record is a look-up with its note, the connection opened anew for each."""
FIRST_PORT = 4291


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    system: System
    records: int
    calls: int
    cpu: float
    wall: float

    @property
    def a_day(self) -> int:
        """Records a day: what one core, and what the limit of calls allows, the smaller."""
        limit = ConnectionSettings(base_url="-").per_minute
        by_calls = DAY / 60 * limit * self.records / self.calls
        return int(min(DAY * self.records / self.cpu, by_calls))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=500)
    records = parser.parse_args().records
    print(f"{'system':10} {'records':>8} {'calls':>6} {'CPU ms/record':>14} {'records/day':>12}")
    for number, system in enumerate(System):
        f = measure(system, records, FIRST_PORT + number)
        print(f"{f.system:10} {f.records:8} {f.calls:6} {1000 * f.cpu / f.records:14.1f} {f.a_day:12,}")


def measure(system: System, records: int, port: int) -> Figures:
    """Sends so many records through one process, the pace of calls set high so that CPU shows."""
    with tempfile.TemporaryDirectory() as folder, simulated(system, port) as url:
        os.environ["SOHOA_CONNECTIONS_KEY"] = sealing.new_key()
        (Path(folder) / "sohoa.toml").write_text(
            f'agency = "H18"\nlinks_base = "https://kho.example"\n[connections.{system}]\nbase_url = "{url}"\n'
            'key = "sohoa"\nsecret = "mo-phong"\nper_minute = 1000000\n',
            "utf-8",
        )
        settings = load(Path(folder))
        prepare(settings)
        with open_services(settings) as services:
            fill(services, system, records)
            cpu, wall = time.process_time(), time.monotonic()
            done = look_up(services, system, records) if system in ASKED else send(services, system)
            cpu, wall = time.process_time() - cpu, time.monotonic() - wall
        if done != records:
            raise SystemExit(f"{system}: {done} of {records} went through")
        calls = sum(httpx.get(f"{url}/_simulator/state").json()["calls"].values())
    return Figures(system=system, records=records, calls=calls, cpu=cpu, wall=wall)


def send(services: Services, system: System) -> int:
    with connected(services.settings, system, now) as connector:
        return send_due(services, system, connector, now)["delivered"]


def look_up(services: Services, system: System, records: int) -> int:
    """One after the other, each for a dossier of its own, so that no verification holds for another."""
    found = 0
    for number in range(records):
        asker = Asker(officer="011179000002", unit="H18.25", purpose="Đo tốc độ", dossier=_code(number))
        if system is System.POPULATION:
            read = {"id": OWNER, "name": "Nguyễn Văn Mẫu", "born": "1985-03-21"}
            found += verify_owner(services, read, asker, now).verified
        else:
            code = FIRM if system is System.BUSINESS else SHOP
            found += (
                verify_firm(services, system, {"code": code, "name": "x", "owner": "y"}, asker, now).found is not None
            )
    return found


@contextmanager
def simulated(system: System, port: int) -> Iterator[str]:
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "sohoa", "simulate", system.value, "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603  our own interpreter and modules
    try:
        for _ in range(600):
            try:
                httpx.get(f"{url}/_simulator/state")
                break
            except httpx.HTTPError:
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait()


def fill(services: Services, system: System, records: int) -> None:
    codes = [_code(number) for number in range(records)]
    if system is System.PORTAL or system in ASKED:
        register = services.catalogue.register
        centre = Centre(code="H18.25", name="Một cửa", province="H18", province_name="Điện Biên", level=Level.COMMUNE)
        register.put_centres([centre])
        register.put_procedures([Procedure(code="1.004873", name="Đất đai")])
        register.put_dossiers(Dossier(code=code, centre="H18.25", procedure="1.004873") for code in codes)
        for code in codes if system is System.PORTAL else ():
            _digitize(services, code)
        return
    seal, moment = seal_of(services.settings), now()
    services.catalogue.outbox.put(
        [
            OutboxEntry(
                system=system,
                kind="entry" if system is System.CIVIL else "request",
                key=code,
                dossier=code,
                agency="H18",
                sealed=seal.seal(_record(system)),
                created_at=moment,
                due_at=moment,
                fingerprint="1",
            )
            for code in codes
        ]
    )


def _code(number: int) -> str:
    return f"H18.25-230914-{number:04}"


def _digitize(services: Services, code: str) -> None:
    """A paper of a dossier, as if it had been scanned and read."""
    catalogue, moment = services.catalogue, now()
    sha256 = hashlib.sha256(code.encode()).hexdigest()
    original = Original(sha256=sha256, size=1000, media_type=MediaType.PDF, pages=1)
    document = whole(original)
    receipt = Receipt(id=code, sha256=sha256, centre="H18.25", name="quet.pdf", received_at=moment)
    catalogue.receipts.record(receipt, original, [document])
    (claim,) = catalogue.queue.claim([document.id], "bench", moment, moment + timedelta(minutes=5))
    identity = ReaderIdentity(profile="fast", recipe="1", models=())
    reading = Reading(document=document.id, identity=identity, read_at=moment, texts=("Đơn",), confidence=1.0)
    catalogue.queue.finish(claim, reading)
    match = Match(
        document=document.id,
        dossier=code,
        kind=PaperKind.COMPONENT,
        paper="TP01",
        source=MatchSource.QR,
        matched_at=moment,
    )
    catalogue.matches.record([match])


def _record(system: System) -> Record:
    if system is System.CIVIL:
        entry = {
            "so": "153",
            "quyenSo": "01/2007",
            "ngayDangKy": "2007-03-21",
            "loaiDangKy": "1",
            "noiDangKy": "UBND xã",
            "nksHoTen": "Lò Văn Mẫu",
            "nksGioiTinh": "1",
            "nksNgaySinh": "2007",
        }
        return {"module": "KS", "place": "11", "received": "2026-03-02", "entry": entry}
    return {
        "justice_agency": "18",
        "name": "Lò Văn Mẫu",
        "sex": "male",
        "born": "1985",
        "nationality": "1",
        "paper": "CCCD",
        "id": "011085000001",
        "phone": "0",
        "declared": "2026-03-02",
        "form": "1",
    }


if __name__ == "__main__":
    main()
