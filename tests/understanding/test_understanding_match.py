"""How a document finds its dossier and which of its papers it is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.geometry import Box
from pipeline.model import (
    Clues,
    Code,
    Component,
    Dossier,
    Match,
    MatchSource,
    PaperKind,
    Result,
)
from pipeline.understanding import clues, paper_names
from pipeline.understanding.match import match

NOW = datetime(2023, 10, 2, 1, 30, tzinfo=UTC)
LAND, BIRTH, HOUSE, SINGLE = "H18.25-230914-0012", "H18.26-230705-0007", "H18.25-230920-0044", "H18.01-230801-0003"
OLD = "000.00.15.H18-230920-0004"


def _dossier(code: str, components: dict[str, str], results: dict[str, str]) -> Dossier:
    return Dossier(
        code=code,
        centre="H18.25",
        procedure="1.012766",
        components=tuple(Component(code=c, name=name) for c, name in components.items()),
        results=tuple(Result(code=c, name=name) for c, name in results.items()),
    )


DOSSIERS = {
    dossier.code: dossier
    for dossier in (
        _dossier(
            LAND,
            {"TP01": "Đơn đăng ký biến động đất đai", "TP02": "Biên bản xác minh thực địa"},
            {"KQ01": "Quyết định công nhận biến động đất đai"},
        ),
        _dossier(
            BIRTH,
            {"TP01": "Tờ khai đăng ký khai sinh (theo mẫu)", "TP02": "Giấy chứng sinh"},
            {"KQ01": "Giấy khai sinh"},
        ),
        _dossier(
            HOUSE,
            {
                "000.00.01": "Đơn đề nghị cấp giấy phép xây dựng công trình theo Mẫu số 01 Phụ lục II",
                "000.00.02": "Bản sao một trong những giấy tờ chứng minh quyền sử dụng đất",
                "000.00.03": "02 bộ bản vẽ thiết kế xây dựng",
            },
            {"KQ01": "Giấy phép xây dựng", "KQ02": "Thông báo không cấp giấy phép xây dựng"},
        ),
        _dossier(SINGLE, {"TP01": "Giấy đề nghị đăng ký hộ kinh doanh"}, {}),
        _dossier(OLD, {"TP01": "Đơn đề nghị trợ giúp xã hội"}, {"KQ01": "Quyết định trợ cấp xã hội hằng tháng"}),
    )
}


def _matched(found: Clues) -> tuple[str, str, MatchSource] | None:
    matched = match("d0c", found, DOSSIERS, NOW)
    if matched is None:
        return None
    assert (matched.document, matched.matched_at) == ("d0c", NOW)
    codes = DOSSIERS[matched.dossier]
    papers = codes.components if matched.kind is PaperKind.COMPONENT else codes.results
    assert matched.paper in {paper.code for paper in papers}
    return matched.dossier, matched.paper, matched.source


def _names(*names: str, heading: str = "", text: tuple[str, ...] = ()) -> Clues:
    return clues.renamed(Clues(text_codes=text, heading=heading), names)


@pytest.mark.parametrize(
    ("name", "paper"),
    [
        (f"{LAND}_TP01.pdf", (LAND, "TP01")),
        (f"{LAND}_tp02.PDF", (LAND, "TP02")),
        (f"{LAND}-TP02 (2).tif", (LAND, "TP02")),
        (f"{LAND}_TP01.signed.pdf", (LAND, "TP01")),
        (f"TP01_{LAND}.pdf", (LAND, "TP01")),
        (f"{LAND}/TP01.pdf", (LAND, "TP01")),
        (f"2023/{LAND}/TP-01.jpeg", (LAND, "TP01")),
        ("H18_25-230914-0012_TP01.pdf", (LAND, "TP01")),
        ("h18.25-230914-0012_tp01.pdf", (LAND, "TP01")),
        (f"{LAND}_KQ.pdf", (LAND, "KQ01")),
        (f"{LAND}_KQ01.pdf", (LAND, "KQ01")),
        (f"{LAND}/KQ.pdf", (LAND, "KQ01")),
        (f"{LAND}/Kết quả.pdf", (LAND, "KQ01")),
        (f"{HOUSE}_KQ_KQ02.pdf", (HOUSE, "KQ02")),
        (f"{HOUSE}_KQ_giay-phep-xay-dung.pdf", (HOUSE, "KQ01")),
        (f"{HOUSE}/000.00.02.pdf", (HOUSE, "000.00.02")),
        (f"{LAND}/1. Đơn đăng ký biến động đất đai.pdf", (LAND, "TP01")),
        (f"{LAND}/don-dang-ky-bien-dong-dat-dai.pdf", (LAND, "TP01")),
        (f"{LAND}_don_dang_ky_bien_dong_dat_dai.pdf", (LAND, "TP01")),
        (f"{BIRTH}_to-khai-dang-ky-khai-sinh.jpg", (BIRTH, "TP01")),
        (f"{BIRTH}/giay khai sinh.pdf", (BIRTH, "KQ01")),
        (f"{BIRTH}/giay chung sinh.pdf", (BIRTH, "TP02")),
        (f"{OLD}/TP01.pdf", (OLD, "TP01")),
        # two results and none named; another dossier's file in this folder; names that say nothing
        (f"{HOUSE}_KQ.pdf", None),
        (f"{LAND}/TP09.pdf", None),
        (f"{LAND}/scan0001.pdf", None),
        (f"{LAND}.pdf", None),
        ("TP01.pdf", None),
        ("H18.25-230914-9999_TP01.pdf", None),
        (f"{LAND} {BIRTH}_TP01.pdf", None),
    ],
)
def test_file_names(name: str, paper: tuple[str, str] | None) -> None:
    expected = None if paper is None else (*paper, MatchSource.FILE_NAME)
    assert _matched(_names(name)) == expected


@pytest.mark.parametrize(
    ("dossier", "heading", "paper"),
    [
        (LAND, "ĐƠN ĐĂNG KÝ BIẾN ĐỘNG ĐẤT ĐAI", "TP01"),
        (LAND, "ĐƠN ĐANG KY BIÊN ĐỘNG ĐẤT ĐAl", "TP01"),
        (LAND, "QUYẾT ĐỊNH Về việc công nhận biến động đất đai", "KQ01"),
        (LAND, "QUYẾT ĐỊNH Công nhận biến động đất đai của hộ gia đình", "KQ01"),
        (LAND, "BIÊN BẢN XÁC MINH THỰC ĐỊA", "TP02"),
        (BIRTH, "TỜ KHAI ĐĂNG KÝ KHAI SINH", "TP01"),
        (BIRTH, "GIẤY KHAI SINH", "KQ01"),
        (BIRTH, "GIẤY CHỨNG SINH", "TP02"),
        (HOUSE, "ĐƠN ĐỀ NGHỊ CẤP GIẤY PHÉP XÂY DỰNG", "000.00.01"),
        (HOUSE, "GIẤY PHÉP XÂY DỰNG", "KQ01"),
        (HOUSE, "THÔNG BÁO Về việc không cấp giấy phép xây dựng", "KQ02"),
        # another paper of the same dossier, none of its components
        (LAND, "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ", None),
        (LAND, "QUYẾT ĐỊNH", None),
        (LAND, "ĐƠN", None),
        (HOUSE, "GIẤY", None),
        (BIRTH, "GIẤY KHAI TỬ", None),
        (SINGLE, "GIẤY TIẾP NHẬN HỒ SƠ", None),
        (SINGLE, "", None),
    ],
)
def test_titles(dossier: str, heading: str, paper: str | None) -> None:
    expected = None if paper is None else (dossier, paper, MatchSource.TEXT)
    assert _matched(Clues(text_codes=(dossier,), heading=heading)) == expected


TITLE = "ĐƠN ĐĂNG KÝ BIẾN ĐỘNG ĐẤT ĐAI"


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (Clues(qr_codes=(LAND,), qr_paper="Biên bản xác minh thực địa"), (LAND, "TP02", MatchSource.QR)),
        (Clues(qr_codes=(LAND,), qr_paper="TP02", heading=TITLE), (LAND, "TP02", MatchSource.QR)),
        (Clues(qr_codes=(LAND,), heading=TITLE), (LAND, "TP01", MatchSource.QR)),
        (Clues(qr_codes=(LAND,), qr_paper="Phiếu hẹn", heading=TITLE), (LAND, "TP01", MatchSource.QR)),
        # the surest source wins over another dossier in a weaker one
        (Clues(qr_codes=(LAND,), text_codes=(BIRTH,), heading=TITLE), (LAND, "TP01", MatchSource.QR)),
        (Clues(text_codes=(LAND,), name_codes=(BIRTH,), heading=TITLE), (LAND, "TP01", MatchSource.TEXT)),
        # and where it cannot decide, no weaker one does
        (Clues(qr_codes=(LAND, BIRTH), text_codes=(LAND,), heading=TITLE), None),
        (Clues(text_codes=(LAND, BIRTH), name_codes=(LAND,), heading=TITLE), None),
        (Clues(qr_codes=("H18.25-230914-9999",), text_codes=(LAND,), heading=TITLE), None),
        (Clues(name_codes=(LAND, BIRTH), heading=TITLE), None),
        (Clues(heading=TITLE), None),
        (Clues(), None),
    ],
)
def test_the_surest_source_decides_or_nothing_does(found: Clues, expected: tuple[str, str, MatchSource] | None) -> None:
    assert _matched(found) == expected


def test_a_file_named_for_another_dossier_does_not_say_which_paper_it_is() -> None:
    found = _names(f"{BIRTH}_TP02.pdf", text=(LAND,), heading=TITLE)
    assert _matched(found) == (LAND, "TP01", MatchSource.TEXT)


def test_two_receipts_that_name_two_papers_leave_it_open() -> None:
    assert _matched(_names(f"{LAND}_TP01.pdf", f"{LAND}/TP02.pdf")) is None
    assert _matched(_names(f"{LAND}_TP01.pdf", f"{LAND}/TP01.pdf")) == (LAND, "TP01", MatchSource.FILE_NAME)


def test_the_innermost_name_says_which_dossier_it_is() -> None:
    assert _matched(_names(f"{BIRTH}/{LAND}_TP01.pdf")) == (LAND, "TP01", MatchSource.FILE_NAME)


def test_the_only_paper_of_a_dossier_is_taken_from_its_name_alone_where_no_title_speaks_against_it() -> None:
    assert _matched(_names(f"{SINGLE}.pdf")) == (SINGLE, "TP01", MatchSource.FILE_NAME)
    assert _matched(_names(f"{SINGLE}.pdf", heading="GIẤY HẸN TRẢ KẾT QUẢ")) is None
    assert _matched(_names(f"{SINGLE}/scan0001.pdf")) is None
    assert _matched(_names(f"{OLD}.pdf")) is None  # it may be the result


def test_a_name_two_papers_share_decides_nothing() -> None:
    twins = _dossier(LAND, {"TP01": "Giấy chứng nhận", "TP02": "Giấy chứng nhận"}, {"TP01": "Giấy phép"})
    assert paper_names.by_name("GIẤY CHỨNG NHẬN", paper_names.of(twins)) is None
    assert paper_names.by_words("TP01", paper_names.of(twins)) is None
    assert paper_names.by_file_name(f"{LAND}_TP01.pdf", twins) is None


@given(st.lists(st.sampled_from(list(DOSSIERS)), max_size=3), st.text(max_size=40), st.text(max_size=40))
def test_no_clue_breaks_the_matching(codes: list[str], heading: str, name: str) -> None:
    found = clues.renamed(Clues(qr_codes=tuple(codes), qr_paper=heading, heading=heading), (name,))
    matched = match("d0c", found, DOSSIERS, NOW)
    assert matched is None or isinstance(matched, Match)


# --- gathering ----------------------------------------------------------------------------------------------


def _code(text: str, page: int = 1, *, top_left: bool = True) -> Code:
    return Code(page=page, format="QRCode", text=text, box=Box(50, 50, 150, 150), near_top_left=top_left)


def test_clues_come_from_codes_text_and_names() -> None:
    found = clues.gather(
        [_code(f"{LAND}|1.012766|Biên bản xác minh thực địa"), _code(f"{OLD}|x", top_left=False)],
        [BIRTH, BIRTH],
        TITLE,
    )
    assert clues.renamed(found, [f"{HOUSE}/quet.pdf"]) == Clues(
        qr_codes=(LAND,),
        qr_paper="Biên bản xác minh thực địa",
        text_codes=(OLD, BIRTH),
        name_codes=(HOUSE,),
        file_names=(f"{HOUSE}/quet.pdf",),
        heading=TITLE,
    )


def test_a_citizen_card_gives_no_clue() -> None:
    card = _code("011203004567||GIÀNG THỊ MỶ|01022003|Nữ|Tổ 3, phường Tân Thanh|10052021")
    assert clues.gather([card], (), "CĂN CƯỚC CÔNG DÂN").qr_codes == ()


def test_pages_whose_codes_name_different_papers_leave_no_name() -> None:
    found = clues.gather([_code(f"{LAND}|TP01"), _code(f"{LAND}|TP02", 2)], (), "")
    assert (found.qr_codes, found.qr_paper) == ((LAND,), "")


def test_new_names_take_the_place_of_old_ones() -> None:
    assert clues.renamed(_names(f"{LAND}.pdf", heading=TITLE), [f"{BIRTH}.pdf"]) == _names(
        f"{BIRTH}.pdf", heading=TITLE
    )
