"""Entries of civil-status books out of what was read of papers."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.interconnection import entries, tables
from pipeline.interconnection.entries import Read
from pipeline.model import Doubt, System
from pipeline.text import marked
from pipeline.understanding.fields import find
from sample_scans.written import Written
from tests.understanding.fields_kit import doubting, read_form, typed, written

TABLES = tables.load(System.CIVIL)
REGISTRY = {paper.name: paper for paper in written() if paper.kind in entries.MODULES}
PERSONS = {
    "KS": {"child": "nks", "mother": "me", "father": "cha", "requester": "nyc"},
    "KT": {"deceased": "nkt", "requester": "nyc"},
    "KH": {"husband": "chong", "wife": "vo"},
    "CMC": {"father": "cm", "child": "nc"},
    "GH": {"guardian": "ngh", "ward": "ndgh"},
}


def entry_of(paper: Written) -> Read:
    return entries.read(find.find([read_form(paper.form)]), entries.MODULES[paper.kind], TABLES)


@pytest.mark.parametrize("name", REGISTRY)
def test_an_entry_has_the_columns_and_codes_of_its_book(name: str) -> None:
    paper = REGISTRY[name]
    entry = entry_of(paper)
    assert entry.module == entries.MODULES[paper.kind]
    columns = {field.name for field in TABLES.message(entry.module).fields}
    assert set(entry.values) <= columns
    for whose, prefix in PERSONS[entry.module].items():
        for what, column in (("name", "HoTen"), ("born", "NgaySinh"), ("people", "DanToc"), ("id", "SoGiayToTuyThan")):
            if prefix + column in columns:
                read = entry.values.get(prefix + column, "")
                assert marked(read) == marked(paper.says.get((whose, what), "")), prefix + column
        if (whose, "id") in paper.says:
            assert entry.values[f"{prefix}LoaiGiayToTuyThan"] == "4"
        if (whose, "sex") in paper.says and f"{prefix}GioiTinh" in columns:
            assert entry.values[f"{prefix}GioiTinh"] == {"male": "1", "female": "2"}[paper.says[whose, "sex"]]


@pytest.mark.parametrize("name", ["birth, extract", "death, extract", "marriage, two columns", "recognition, extract"])
def test_a_whole_and_sure_entry_has_no_problems(name: str) -> None:
    entry = entry_of(REGISTRY[name])
    assert entries.problems(entry, TABLES) == []
    assert entry.values["quyenSo"] == REGISTRY[name].says["", "book"]


def test_printed_words_become_codes() -> None:
    assert entry_of(REGISTRY["birth, extract"]).values["loaiDangKy"] == "1"
    assert entry_of(REGISTRY["marriage, two columns"]).values["loaiDangKy"] == "1"
    assert entry_of(REGISTRY["recognition, extract"]).values["loaiXacNhan"] == "1"
    other = typed("TRÍCH LỤC KHAI SINH", "", "Họ và tên: Lò Văn Mẫu", "Loại đăng ký: không rõ")
    assert "loaiDangKy" not in entries.read(find.find([other]), "KS", TABLES).values


def test_what_is_missing_or_doubtful_is_named_and_no_value_is() -> None:
    page = doubting(
        read_form(REGISTRY["birth, older certificate"].form), REGISTRY["birth, extract"].says["child", "born"][:4]
    )
    entry = entries.read(find.find([page]), "KS", TABLES)
    problems = entries.problems(entry, TABLES)
    assert "loaiDangKy is missing" in problems
    assert "nksNgaySinh is doubtful (letters)" in problems
    assert not any(value in "; ".join(problems) for value in entry.values.values() if len(value) > 4)


def test_day_and_agency_of_a_paper_stand_in_for_those_of_the_registration_and_are_doubtful() -> None:
    entry = entry_of(REGISTRY["guardianship, decision"])
    assert (entry.doubts["ngayDangKy"], entry.doubts["noiDangKy"]) == ((Doubt.PLACE,), (Doubt.PLACE,))
    assert entries.problems(entry, TABLES) == [
        "so is missing",
        "quyenSo is missing",
        "ngayDangKy is doubtful (place)",
        "noiDangKy is doubtful (place)",
    ]


def test_what_a_person_says_stands_and_what_a_person_confirms_is_sure() -> None:
    entry = entry_of(REGISTRY["guardianship, decision"])
    given = {"so": "5", "quyenSo": "01/2023", "ngayDangKy": "2023-08-20"}
    done = entries.completed(entry, given, frozenset({"noiDangKy"}))
    assert entries.problems(done, TABLES) == []
    assert done.values["ngayDangKy"] == "2023-08-20"
    assert done.values["nghHoTen"] == entry.values["nghHoTen"]
    wrong = entries.completed(done, {"ngayDangKy": "20/8", "nghHoTen": ""}, frozenset())
    assert entries.problems(wrong, TABLES) == [
        "ngayDangKy is not a date of the form dd.MM.yyyy or MM.yyyy or yyyy",
        "nghHoTen is missing",
    ]


@pytest.mark.parametrize("title", ["TỜ KHAI ĐĂNG KÝ KHAI SINH", "GIẤY XÁC NHẬN TÌNH TRẠNG HÔN NHÂN", "QUYẾT ĐỊNH"])
def test_other_papers_are_no_entries(title: str) -> None:
    assert entries.module_of(find.find([typed(" " * 30 + title, "", "Họ và tên: Lò Văn Mẫu")])) == ""


def test_a_table_of_the_workspace_takes_the_place_of_ours(tmp_path: Path) -> None:
    (tmp_path / "civil_persons.csv").write_text("module,person,prefix\nKS,mother,me\n", "utf-8")
    paper = find.find([read_form(REGISTRY["birth, extract"].form)])
    values = entries.read(paper, "KS", TABLES, tmp_path).values
    assert "meHoTen" in values
    assert "nksHoTen" not in values
