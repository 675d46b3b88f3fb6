"""A backfill run from the Prefect page alone, and one of its documents followed through the logs."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from flows.services import open_services
from pipeline.backfill.spec import Decision
from tests.end_to_end.installation import ROOT, Installation
from tests.faults.faults_backfill_kit import CENTRE, office, running, settings_of, wait

PERSON, SCANS = "Nguyễn Văn Mẫu", 6


@dataclass(frozen=True, slots=True)
class Page:
    """What the Prefect page does when somebody fills in a form."""

    api: httpx.Client
    installation: Installation

    def submit(self, flow: str, **given: object) -> None:
        """Runs a deployment until it has ended well."""
        run = self._fill_in(flow, given).raise_for_status().json()["id"]
        wait(lambda: self._state(run) in ("COMPLETED", "FAILED", "CRASHED"), self.installation)
        assert self._state(run) == "COMPLETED", self.installation.logs()

    def refuses(self, flow: str, **given: object) -> bool:
        return self._fill_in(flow, given).is_client_error

    def _fill_in(self, flow: str, given: dict[str, object]) -> httpx.Response:
        """As often as Prefect on SQLite is too busy (503), which its own page shows as an error."""
        deployment = self.api.get(f"/deployments/name/{flow}/sohoa").raise_for_status().json()
        answers: list[httpx.Response] = []

        def answered() -> bool:
            made = self.api.post(f"/deployments/{deployment['id']}/create_flow_run", json={"parameters": given})
            answers.append(made)
            return made.status_code != httpx.codes.SERVICE_UNAVAILABLE

        wait(answered, self.installation)
        return answers[-1]

    def artifacts(self, key: str) -> list[dict[str, Any]]:
        """The latest first."""
        wanted = {"artifacts": {"key": {"any_": [key]}}, "sort": "CREATED_DESC"}
        found: list[dict[str, Any]] = self.api.post("/artifacts/filter", json=wanted).raise_for_status().json()
        return found

    def _state(self, id_: str) -> str:
        return str(self.api.get(f"/flow_runs/{id_}").raise_for_status().json()["state_type"])


def old_scans(folder: Path) -> Path:
    """Enough that there is time to pause."""
    sample = min((ROOT / "sample_scans" / "scans" / CENTRE).glob("*.pdf"), key=lambda path: path.stat().st_size)
    (folder / CENTRE / PERSON).mkdir(parents=True)
    for at in range(SCANS):
        (folder / CENTRE / PERSON / f"{PERSON} {at}.pdf").write_bytes(sample.read_bytes() + b"%% %d\n" % at)
    return folder


def lines_about(installation: Installation) -> dict[str, list[dict[str, Any]]]:
    """JSON lines by the document that they are about; "" those of a flow run alone."""
    found = defaultdict(list)
    for log in (installation.workspace / "state").glob("*.log"):
        for line in log.read_text("utf-8").splitlines():
            if line.startswith("{"):
                told = json.loads(line) | {"log": log.stem}
                if "document" in told or "flow_run_id" in told:
                    found[told.get("document", "")].append(told)
    return found


@pytest.mark.slow
def test_a_backfill_is_planned_started_watched_and_undone_from_the_page_and_its_documents_can_be_followed(
    tmp_path: Path,
) -> None:
    with office(tmp_path / "workspace", log_format="json") as installation, running(installation):
        old = old_scans(tmp_path / "old")
        api = settings_of(installation).prefect_url
        wait(lambda: "Watching" in (installation.workspace / "up.log").read_text("utf-8"), installation)
        with httpx.Client(base_url=api, timeout=60) as client, open_services(settings_of(installation)) as services:
            page = Page(client, installation)
            page.submit("backfill-scans", source=str(old), only_plan=True)
            plan = json.loads(page.artifacts("backfill-plan")[0]["data"])
            assert {row["what"]: row[""] for row in plan}["files"] == f"{SCANS} ({SCANS} pdf)"
            assert not services.catalogue.backfills.all()
            assert page.refuses("backfill-scans", source=str(old), sample_percent=0)
            assert page.refuses("backfill-scans", source=str(old), old_scans="burn")

            page.submit("backfill-scans", source=str(old))
            (backfill,) = services.catalogue.backfills.all()
            page.submit("backfill-control", backfill=backfill.id, change="pause")
            assert services.catalogue.backfills.get(backfill.id).state == "paused"
            page.submit("backfill-control", backfill=backfill.id[:5], change="resume")
            wait(lambda: services.catalogue.backfills.get(backfill.id).state == "done", installation)
            wait(lambda: page.artifacts(f"backfill-{backfill.id}")[0]["data"] == 100, installation)

            page.submit("backfill-documents", which={"stale": True}, profile="tesseract", promotion="hand")
            again = services.catalogue.backfills.all()[0]
            wait(lambda: services.catalogue.backfills.get(again.id).state == "done", installation)
            beside = services.catalogue.backfill_documents.beside(again.id, [Decision.OPEN], 9)
            documents = [one.document for one in beside]
            before = services.catalogue.readings.current(documents[0])
            page.submit("backfill-control", backfill=again.id, change="promote")
            assert services.catalogue.readings.current(documents[0]) != before
            page.submit("backfill-control", backfill=again.id, change="roll back")
            assert services.catalogue.readings.current(documents[0]) == before
            state = json.loads(page.artifacts(f"backfill-{again.id}-state")[0]["data"])
            assert state[0]["state"] == "done"
        told = lines_about(installation)
        for document in documents:
            way = [(line["log"], line["message"].partition(" ")[0]) for line in told[document]]
            assert ("feeder", "received") in way and ("feeder", "handed") in way and ("backfill", "read") in way
            runs = {line["flow_run_id"] for line in told[document] if line["message"].startswith("handed")}
            read = [line for line in told[document] if line["message"].startswith("read ")]
            assert len(read) == 2 and {line["flow_run_id"] for line in read} <= runs
            assert any(line["flow_run_id"] in runs for line in told[""] if line["log"] == "backfill")
        assert PERSON not in installation.logs()
