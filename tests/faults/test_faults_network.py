"""Hosts whose links to the servers are cut, slowed and healed in the middle of a backfill."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from flows.services import open_services
from pipeline.errors import CatalogueUnavailable
from pipeline.model import DocumentState
from storage.catalogue import Catalogue
from tests.end_to_end.installation import ROOT, SOHOA, Installation, install, kill_all
from tests.faults.faults_backfill_kit import account, old_scans, owners, settings_of, wait
from tests.faults.faults_kit import on_servers
from tests.faults.faults_network_kit import Host, network
from tests.servers.postgres import PostgresServer, postgres
from tests.servers.process import free_port, wait_until
from tests.servers.s3 import any_s3

CUT_SECONDS = 40.0
"""Longer than a lease, and than a connection's silence is suffered."""


ASKING = """
import sys
from pipeline.errors import CatalogueUnavailable
from storage.catalogue import Catalogue
catalogue = Catalogue(sys.argv[1])
catalogue.check()
print("asked", flush=True)
try:
    while True:
        catalogue.activity.workload()
except CatalogueUnavailable as error:
    print(error.code, flush=True)
"""


@pytest.mark.faults
def test_a_question_to_a_database_that_nothing_comes_back_from_ends(tmp_path: Path) -> None:
    """Left alone, Linux waits for a quarter of an hour, and PostgreSQL keeps the locks of a host that has gone."""
    with (
        network(1) as (address, (host,)),
        postgres(listen_addresses=f"127.0.0.1,{address}") as database,
        database.database() as url,
    ):
        with closing(Catalogue(url)) as catalogue:
            catalogue.upgrade()
        log = tmp_path / "log"
        command = [sys.executable, "-c", ASKING, url.replace("127.0.0.1", address)]
        asking = host.start(command, env={"PYTHONPATH": str(ROOT)}, log=log, cwd=tmp_path)
        wait_until(lambda: "asked" in log.read_text(), asking, log)
        host.cut()
        asking.wait(120)
        assert log.read_text().split() == ["asked", CatalogueUnavailable.code]
        deadline = time.monotonic() + 120
        while connections_of(host, database):
            assert time.monotonic() < deadline
            time.sleep(1)


def connections_of(host: Host, database: PostgresServer) -> int:
    statement = "SELECT 1 FROM pg_stat_activity WHERE client_addr = %s"
    with database.connect() as connection:
        return len(connection.execute(statement, [host.address]).fetchall())


def offices(folder: Path, shared: Mapping[str, str], hosts: Sequence[Host]) -> list[Installation]:
    """A workspace for each host."""
    return [install(folder / host.name, **shared) for host in hosts]


@pytest.mark.faults
def test_a_backfill_goes_on_by_itself_while_links_are_cut_slowed_and_healed(tmp_path: Path) -> None:
    """A host that is cut off loses what it reads at that moment and no more, and comes back by itself."""
    number = int(os.environ.get("SOHOA_TEST_OLD_SCANS", "80"))
    with ExitStack() as until:
        address, hosts = until.enter_context(network(2))
        database = until.enter_context(postgres(listen_addresses=f"127.0.0.1,{address}"))
        url, prefect_url = (until.enter_context(database.database()) for _ in range(2))
        store, port = until.enter_context(any_s3(address)), str(free_port())
        shared = {
            **on_servers(store.endpoint, url.replace("127.0.0.1", address), "network"),
            "prefect_api_url": f"http://{address}:{port}/api",
            "backfill_office_share": "1",
            "lease_minutes": "0.3",
            "profile": "fast",
            "workers": "1",
            "batch_size": "4",
        }
        centre = install(
            tmp_path / "centre",
            **shared,
            prefect_host=address,
            prefect_port=port,
            prefect_database_url=prefect_url.replace("postgresql+psycopg", "postgresql+asyncpg"),
        )
        centre.run("import", "centres", str(ROOT / "sample_scans" / "register" / "centres.csv"))
        centre.run("backfill", "start", str(old_scans(tmp_path / "old", number)))
        until.callback(kill_all, centre.start("up", "server", "feeder"))
        services = until.enter_context(open_services(settings_of(centre)))
        for host, office in zip(hosts, offices(tmp_path, shared, hosts), strict=True):
            log = office.workspace / "up.log"
            worker = host.start([*SOHOA, "up", "worker"], env=office.environment, log=log, cwd=office.workspace)
            until.callback(kill_all, worker)

        def done() -> int:
            return services.catalogue.activity.workload().documents[DocumentState.DONE]

        def more(documents: int) -> None:
            before = done()
            wait(lambda: done() >= min(before + documents, number), centre, 600)

        one, other = hosts
        more(5)
        one.cut()
        time.sleep(CUT_SECONDS)
        more(5)  # the other host goes on
        one.heal()
        other.slow()
        more(5)
        one.slow()
        more(5)
        one.cut()
        other.cut()
        time.sleep(CUT_SECONDS)
        standing = done()
        one.heal()
        other.heal()
        assert standing < number
        wait(lambda: done() == number, centre, 900)
        found = account(centre)
        print(f"\n{number} scans, links cut, slowed, cut and healed: {found}")
        assert found.is_right(number), centre.logs()
        # A document is claimed again where its host was cut off while it was read: one at a time, in three cuts;
        # twice that for one whose end was not heard of.
        assert found.claims <= number + 2 * 2 * 3
        by_host = {owner.split(":")[0] for owner in owners(centre)}
        assert by_host == {host.name for host in hosts}
