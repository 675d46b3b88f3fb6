"""Backups go into another installation, of the same or of another kind, and verify finds what is not whole."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from flows.keeping.backup import backup, restore, snapshots
from flows.keeping.verify import Finding, Problem, verify
from flows.services import Services, open_services, prepare
from flows.settings import Settings, load
from flows.work import Outcome, digitize_document
from pipeline import clock, keys
from pipeline.errors import IntegrityError, ObjectNotFound, StoreUnavailable, UsageError
from pipeline.model import Artifact, Tombstone
from pipeline.throttle import Throttle
from tests.flows.conftest import CODE
from tests.flows.test_flows_work import receive
from tests.servers.s3 import ACCESS_KEY, SECRET_KEY, S3Server

FREELY = Throttle(0)


@pytest.fixture
def document(services: Services) -> str:
    """One that was read and found its dossier."""
    made = receive(services, f"{CODE}_TP01.png", "ĐƠN ĐỀ NGHỊ", "Kính gửi Ủy ban nhân dân xã Mường Then")
    assert digitize_document(services, made, clock.now) is Outcome.DONE
    return made


def other(folder: Path, **settings: str) -> Settings:
    """A workspace whose database and store hold nothing yet."""
    folder.mkdir()
    (folder / "sohoa.toml").write_text("".join(f"{name} = {value}\n" for name, value in settings.items()))
    loaded = load(folder)
    prepare(loaded)
    return loaded


def problems(services: Services, *, hashes: bool = True) -> list[Problem]:
    return list(verify(services, hashes=hashes, throttle=FREELY))


def back_up(services: Services, folder: Path) -> int:
    """How many objects were copied."""
    return backup(services.settings, folder, clock.now(), FREELY, lambda _: None).copied


def test_a_backup_restored_on_s3_and_postgresql_holds_everything(
    services: Services, document: str, tmp_path: Path, s3_server: S3Server, postgres_url: str
) -> None:
    back_up(services, tmp_path / "backup")
    there = other(
        tmp_path / "other",
        store='"s3"',
        s3_endpoint=json.dumps(s3_server.endpoint),
        s3_access_key=json.dumps(ACCESS_KEY),
        s3_secret_key=json.dumps(SECRET_KEY),
        s3_secure="false",
        s3_bucket='"restored"',
        database_url=json.dumps(postgres_url),
    )
    (name,) = snapshots(tmp_path / "backup")
    restore(there, tmp_path / "backup", name, FREELY, lambda _: None)
    with open_services(there) as restored:
        assert restored.catalogue.shelf.view(document) == services.catalogue.shelf.view(document)
        assert restored.catalogue.shelf.search("mường then", 5) == services.catalogue.shelf.search("mường then", 5)
        assert list(restored.objects.keys()) == list(services.objects.keys())
        assert problems(restored) == []


def test_a_second_backup_copies_what_is_new_and_drops_what_was_purged(
    services: Services, document: str, tmp_path: Path
) -> None:
    folder = tmp_path / "backup"
    assert back_up(services, folder) == len(list(services.objects.keys()))
    view = services.catalogue.shelf.view(document)
    assert view is not None
    assert view.reading is not None
    sha256 = view.receipts[0].sha256
    services.objects.put("reports/new.html", b"new")
    for key in [keys.original(sha256), *services.objects.keys(keys.readings(document))]:
        services.objects.purge(key)
    tombstone = Tombstone(sha256=sha256, code="secret-paper", document=document, purged_at=clock.now())
    services.catalogue.tombstones.record(tombstone)
    (folder / "catalogue" / snapshots(folder)[0]).rename(folder / "catalogue/20200101T000000")
    assert back_up(services, folder) == 1
    copy = [str(path.relative_to(folder / "objects")) for path in (folder / "objects").rglob("*")]
    assert keys.original(sha256) not in copy
    assert not any(path.startswith("readings/") and path.endswith(Artifact.TEXT) for path in copy)
    assert len(snapshots(folder)) == 2


def test_a_backup_is_not_put_where_it_would_do_harm(services: Services, document: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="another disk"):
        back_up(services, services.settings.objects_folder / "backup")
    back_up(services, tmp_path / "backup")
    services.objects.purge(keys.original(services.catalogue.receipts.receipts()[0].sha256))
    before = list(services.objects.keys())
    with pytest.raises(UsageError, match="in use"):
        restore(services.settings, tmp_path / "backup", snapshots(tmp_path / "backup")[0], FREELY, lambda _: None)
    assert list(services.objects.keys()) == before
    with pytest.raises(UsageError, match="no backup"):
        snapshots(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable):
        back_up(services, tmp_path / "file" / "backup")


def test_a_whole_installation_has_no_problem(services: Services, document: str) -> None:
    assert problems(services) == []


def test_what_the_store_has_lost_or_changed_is_found(services: Services, document: str) -> None:
    view = services.catalogue.shelf.view(document)
    assert view is not None
    assert view.reading is not None
    text, pdf = (view.reading.artifacts[artifact] for artifact in (Artifact.TEXT, Artifact.PDF))
    services.objects.purge(text)
    original = services.settings.objects_folder / keys.original(view.receipts[0].sha256)
    original.write_bytes(b"other bytes")
    assert problems(services) == [
        Problem(finding=Finding.MISSING, key=text),
        Problem(finding=Finding.DAMAGED, key=keys.original(view.receipts[0].sha256)),
    ]
    assert problems(services, hashes=False) == [Problem(finding=Finding.MISSING, key=text)]
    with pytest.raises(ObjectNotFound):
        services.objects.get(text)
    with pytest.raises(IntegrityError):
        services.objects.get(keys.original(view.receipts[0].sha256))
    assert services.objects.get(pdf)


def test_what_the_catalogue_has_lost_is_found(services: Services, document: str, tmp_path: Path) -> None:
    there = other(tmp_path / "other")
    shutil.rmtree(there.objects_folder)
    shutil.copytree(services.settings.objects_folder, there.objects_folder, symlinks=True)
    with open_services(there) as emptied:
        found = problems(emptied, hashes=False)
    assert {problem.finding for problem in found} == {Finding.UNLISTED}
    assert {problem.key.partition("/")[0] for problem in found} == {"originals", "receipts", "readings", "matches"}


def test_a_throttle_lets_so_many_bytes_through_in_a_second() -> None:
    moments, slept = [0.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        moments[0] += seconds

    throttle = Throttle(2, monotonic=lambda: moments[0], sleep=sleep)
    for _ in range(10):
        throttle.passed(1_000_000)
    assert moments[0] == pytest.approx(5)
    moments[0] += 100  # a pause is no credit
    throttle.passed(4_000_000)
    assert slept[-1] == pytest.approx(2)
