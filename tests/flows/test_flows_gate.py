"""Through the gate with real parts: stacks, marks of secrecy, remarks."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import segno
from PIL import Image, ImageDraw, ImageFont

from flows.services import Services, intake
from flows.work import Outcome, digitize_document
from pipeline import clock, keys
from pipeline.errors import StoreUnavailable
from pipeline.intake import board
from pipeline.intake.outcome import SweepResult
from pipeline.model import Action, DocumentState, GateSetting, MatchSource, Rule
from tests.flows.conftest import CODE, DEJAVU, draw_scan
from tests.flows.test_flows_work import FailingStore, receive, state

SLIP = f"{CODE}|1.012766|012345678901|Giấy tiếp nhận hồ sơ và hẹn trả kết quả"


def sweep(services: Services) -> SweepResult:
    watched = intake(services)
    watched.sweep(clock.now())
    return watched.sweep(clock.now())


def page(*lines: str, code: str = "", red: str = "") -> Image.Image:
    sheet = Image.new("RGB", (1240, 1754), (250, 250, 250))
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.truetype(DEJAVU, 30)
    for number, line in enumerate(lines):
        pen.text((120, 400 + 60 * number), line, fill=(20, 20, 20), font=font)
    if code:
        bits = np.array([[255 * (1 - bit) for bit in row] for row in segno.make(code).matrix], np.uint8)
        sheet.paste(Image.fromarray(np.kron(bits, np.ones((6, 6), np.uint8))), (80, 80))
    if red:
        pen.rectangle((120, 250, 330, 305), outline=(190, 30, 40), width=3)
        bold = ImageFont.truetype(DEJAVU, 32)
        pen.text((225, 277), red, fill=(190, 30, 40), font=bold, anchor="mm")
    return sheet


def drop(services: Services, name: str, *pages: Image.Image) -> Path:
    path = services.settings.inbox_folder / "H18.25" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    pages[0].save(path, save_all=True, append_images=pages[1:], resolution=150)
    return path


def test_a_stack_becomes_documents_and_the_slip_gives_the_dossier_of_what_follows(services: Services) -> None:
    drop(
        services,
        "tap.pdf",
        page("GIẤY TIẾP NHẬN HỒ SƠ", code=SLIP),
        page("ĐƠN ĐỀ NGHỊ", "Kính gửi: Ủy ban nhân dân xã"),
        page("và trang hai của đơn"),
        page(code="PATCHT"),
        page("TỜ KHAI", "không thuộc hồ sơ nào"),
    )
    result = sweep(services)
    assert len(result.received) == 1 and len(result.documents) == 3
    views = [services.catalogue.shelf.view(document) for document in result.documents]
    ranges = [(v.document.parts[0].first, v.document.parts[0].last, v.document.dossier) for v in views if v]
    assert ranges == [(1, 1, CODE), (2, 3, CODE), (5, 5, "")]
    application = result.documents[1]
    assert digitize_document(services, application, clock.now) is Outcome.DONE
    (matched,) = services.catalogue.matches.of([application])
    assert (matched.dossier, matched.paper, matched.source) == (CODE, "TP01", MatchSource.QR)


def test_the_same_stack_again_is_another_receipt_of_the_same_documents(services: Services) -> None:
    pages = page("một"), page(code="PATCHT"), page("hai")
    drop(services, "a.pdf", *pages)
    first = sweep(services)
    services.catalogue.gate.put(GateSetting(centre="", rule=Rule.SEPARATORS, action=Action.OFF, set_at=clock.now()))
    stored = services.settings.done_folder / "H18.25"
    (copy,) = stored.rglob("a.pdf")
    (services.settings.inbox_folder / "H18.25" / "b.pdf").write_bytes(copy.read_bytes())
    second = sweep(services)
    assert len(first.documents) == 2 and len(second.received) == 1 and second.documents == ()
    assert len(services.catalogue.receipts.documents(first.received[0].sha256)) == 2


def test_a_paper_with_a_stamp_of_secrecy_is_refused_before_anything_is_stored(services: Services) -> None:
    drop(services, "mat.pdf", page("KẾ HOẠCH", red="TUYỆT MẬT"))
    result = sweep(services)
    (rejection,) = result.rejected
    assert rejection.error.code == "secret-paper"
    assert "bí mật nhà nước" in rejection.note.read_text("utf-8-sig").lower()
    assert list(services.objects.keys()) == []
    assert services.catalogue.receipts.receipts() == []


def test_a_stamp_on_a_paper_further_down_a_stack_is_seen_too(services: Services) -> None:
    drop(services, "tap.pdf", page("một"), page(code="PATCHT"), page("KẾ HOẠCH", red="TỐI MẬT"))
    (rejection,) = sweep(services).rejected
    assert rejection.error.code == "secret-paper"
    assert "Trang 3: có dấu chỉ độ mật." in rejection.note.read_text("utf-8-sig")
    assert list(services.objects.keys()) == []


def secret_document(services: Services) -> str:
    """One whose mark has no frame and no colour, so that only reading finds it."""
    return receive(services, "b.png", "Số: 12/KH-UBND", "TUYỆT MẬT", "Kế hoạch năm 2023 của Ủy ban nhân dân xã")


def test_a_mark_found_while_reading_purges_everything_but_the_receipt(services: Services) -> None:
    document = secret_document(services)
    (receipt,) = services.catalogue.receipts.receipts()
    assert digitize_document(services, document, clock.now) is Outcome.FAILED
    view = services.catalogue.shelf.view(document)
    assert view is not None and (view.state, view.error, view.reading) == (
        DocumentState.FAILED,
        "secret-paper",
        None,
    )
    assert services.catalogue.tombstones.of(receipt.sha256) is not None
    assert sorted(services.objects.keys()) == sorted([keys.receipt(receipt), keys.tombstone(receipt.sha256)])
    assert services.catalogue.receipts.receipts() == [receipt]
    assert list(services.settings.done_folder.rglob("*.png")) == []
    refused = services.settings.rejected_folder / "H18.25"
    assert sorted(path.name for path in refused.iterdir()) == ["b.png", "b.png.lydo.txt"]
    assert "Mã hỗ trợ: secret-paper" in (refused / "b.png.lydo.txt").read_text("utf-8-sig")


def test_a_copy_in_done_that_cannot_be_reached_delays_no_purge(services: Services) -> None:
    document = secret_document(services)
    (receipt,) = services.catalogue.receipts.receipts()
    services.settings.rejected_folder.rmdir()
    services.settings.rejected_folder.write_bytes(b"a file where the folder should be")
    assert digitize_document(services, document, clock.now) is Outcome.FAILED
    assert services.objects.stat(keys.original(receipt.sha256)) is None
    assert len(list(services.settings.done_folder.rglob("*.png"))) == 1


def test_a_purge_that_was_cut_off_is_finished_by_the_next_try(services: Services) -> None:
    document = secret_document(services)
    (receipt,) = services.catalogue.receipts.receipts()
    services.objects.put(keys.tombstone(receipt.sha256), b"{}")
    assert digitize_document(services, document, clock.now) is Outcome.FAILED
    assert services.objects.stat(keys.original(receipt.sha256)) is None
    assert services.catalogue.tombstones.of(receipt.sha256) is not None


def test_what_was_purged_is_refused_when_it_is_dropped_again(services: Services) -> None:
    document = secret_document(services)
    digitize_document(services, document, clock.now)
    secret = next(services.settings.rejected_folder.rglob("b.png"))
    (services.settings.inbox_folder / "H18.25" / "c.png").write_bytes(secret.read_bytes())
    (rejection,) = sweep(services).rejected
    assert rejection.error.code == "secret-paper"


def test_a_centre_that_takes_such_papers_keeps_them(services: Services) -> None:
    services.catalogue.gate.put(GateSetting(centre="H18.25", rule=Rule.SECRECY, action=Action.WARN, set_at=clock.now()))
    assert digitize_document(services, secret_document(services), clock.now) is Outcome.DONE


def test_a_store_that_is_down_delays_the_purge(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    document = secret_document(services)

    class NoPurge(FailingStore):
        def purge(self, key: str) -> bool:
            raise StoreUnavailable("down")

    failing = NoPurge(inner=services.objects, failures=0)
    from dataclasses import replace

    with pytest.raises(StoreUnavailable):
        digitize_document(replace(services, objects=failing), document, clock.now)
    assert state(services, document) is DocumentState.RECEIVED
    later = clock.now() + timedelta(minutes=1)
    assert digitize_document(services, document, lambda: later) is Outcome.FAILED
    assert list(services.objects.keys("originals/")) == []


def test_remarks_are_in_the_receipt_log_with_their_measures(services: Services) -> None:
    draw_scan(services.settings.inbox_folder / "H18.25" / "a.png", "ĐƠN ĐỀ NGHỊ")
    (receipt,) = sweep(services).received
    assert [remark.code for remark in receipt.remarks] == ["low-resolution", "no-colour"]
    (log,) = (services.settings.done_folder / "H18.25").glob("bien-nhan-*.txt")
    text = log.read_text("utf-8-sig")
    remarks = "Trang 1: độ phân giải thấp (đo được 150 dpi, giới hạn 200 dpi); Trang 1: không có màu"
    assert remarks in text
    page_of_today = board.render("H18.25", clock.local_day(clock.now()), [receipt], [], [])
    assert f"a.png. Lưu ý: {remarks}" in page_of_today


def test_a_rule_that_refuses_names_page_measure_and_limit(services: Services) -> None:
    services.catalogue.gate.put(
        GateSetting(centre="", rule=Rule.RESOLUTION, action=Action.REFUSE, limit="300", set_at=clock.now())
    )
    draw_scan(services.settings.inbox_folder / "H18.25" / "a.png", "ĐƠN ĐỀ NGHỊ")
    (rejection,) = sweep(services).rejected
    assert rejection.error.code == "low-resolution"
    assert "Trang 1: độ phân giải thấp (đo được 150 dpi, giới hạn 300 dpi)." in rejection.note.read_text("utf-8-sig")


def test_a_scan_per_page_is_read_as_one_document_and_found_by_its_folder(services: Services) -> None:
    folder = f"{CODE} tiếp"
    drop(services, f"{folder}/A001.png", page("ĐƠN ĐỀ NGHỊ", "Kính gửi: Ủy ban nhân dân xã"))
    drop(services, f"{folder}/A002.png", page("trang hai của đơn"))
    (services.settings.inbox_folder / "H18.25" / folder / "_xong.txt").touch()
    result = sweep(services)
    (document,) = result.documents
    assert len(result.received) == 2
    assert digitize_document(services, document, clock.now) is Outcome.DONE
    view = services.catalogue.shelf.view(document)
    assert view is not None and view.reading is not None and len(view.reading.texts) == 2
    (matched,) = view.matches
    assert (matched.dossier, matched.source) == (CODE, MatchSource.FILE_NAME)
