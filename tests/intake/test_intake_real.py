"""Real scans through the real opener onto a real S3 server and into PostgreSQL, faults of both included."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from pipeline import keys
from pipeline.imaging.opener import SandboxedOpener
from storage.catalogue import Catalogue
from tests.intake.intake_kit import Office
from tests.servers.postgres import PostgresServer
from tests.servers.process import free_port
from tests.servers.s3 import S3Server, any_s3


def picture(kind: str, **settings: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (827, 1169), "white").save(out, kind, **settings)
    return out.getvalue()


def pdf(**settings: object) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page()
        made.add_blank_page()
        made.save(out, **settings)
    return out.getvalue()


@pytest.fixture
def province(tmp_path: Path, s3_server: S3Server, postgres_url: str) -> Iterator[Office]:
    objects = s3_server.store(f"intake-{uuid.uuid4().hex[:12]}")
    objects.prepare()
    catalogue = Catalogue(postgres_url)
    catalogue.upgrade()
    yield Office(root=tmp_path, objects=objects, catalogue=catalogue, opener=SandboxedOpener(scratch=tmp_path))
    catalogue.close()


def test_scans_of_every_kind_are_taken_and_what_is_none_is_refused_with_its_reason(province):
    page = Image.new("RGB", (827, 1169), "white")
    good = {
        "a.pdf": (pdf(), 2),
        "b.tif": (picture("TIFF", save_all=True, append_images=[page, page]), 3),
        "c.jpg": (picture("JPEG"), 1),
        "d.png": (picture("PNG"), 1),
    }
    bad = {
        "empty.pdf": (b"", "empty-file"),
        "letter.pdf": (b"Kinh gui", "not-a-scan"),
        "cut.jpg": (picture("JPEG")[:400], "incomplete-scan"),
        "secret.pdf": (pdf(encryption=pikepdf.Encryption(user="a", owner="b")), "encrypted-pdf"),
    }
    for name, (data, _) in (good | bad).items():
        province.drop(name, data)
    result = province.settle()
    assert {r.name for r in result.received} == set(good)
    assert {r.name: r.error.code for r in result.rejected} == {name: code for name, (_, code) in bad.items()}
    assert len(result.documents) == 4
    for receipt in result.received:
        data, pages = good[receipt.name]
        original = province.catalogue.receipts.original(receipt.sha256)
        assert original is not None
        assert (original.pages, original.size) == (pages, len(data))
        assert province.objects.get(keys.original(receipt.sha256)) == data
    assert len(province.files(province.done)) == 4
    assert len(province.files(province.rejected)) == 8


def test_a_server_killed_in_the_middle_only_delays(tmp_path, postgres_url):
    with any_s3() as server:
        objects = server.store("intake", attempts=1)
        objects.prepare()
        catalogue = Catalogue(postgres_url)
        catalogue.upgrade()
        office = Office(root=tmp_path, objects=objects, catalogue=catalogue)
        for n in range(6):
            office.drop(f"{n}.pdf", b"%PDF " + str(n).encode() + b" %%EOF")
        assert len(office.settle(limit=2).received) == 2
        server.kill()
        result = office.look()
        assert [fault.code for fault in result.faults] == ["store-unavailable"]
        assert len(result.held) == 4
        server.start()
        office.wait(60)
        assert len(office.look().received) == 4
        for receipt in catalogue.receipts.receipts():
            objects.get(keys.original(receipt.sha256))
        catalogue.close()


def test_a_database_that_is_down_only_delays(province, postgres_server: PostgresServer):
    away = Catalogue(f"postgresql+psycopg://postgres@127.0.0.1:{free_port()}/sohoa")
    there, province.catalogue = province.catalogue, away
    province.restart()
    province.drop("a.pdf", pdf())
    result = province.settle()
    assert [fault.code for fault in result.faults] == ["catalogue-unavailable"]
    assert result.held == ("H18.25/a.pdf",)
    away.close()
    province.catalogue = there
    province.restart()
    assert len(province.settle().received) == 1
