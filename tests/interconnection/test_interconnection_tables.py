"""Mapping tables, the messages made by them, and how answers are taken."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import AnswerNotUnderstood, MappingWrong
from pipeline.interconnection import answers, bodies, convert, dates, tables
from pipeline.interconnection.answers import Verdict
from pipeline.model import System

HEADING = "message,field,ours,type,length,codes,required,default,certainty\n"


def made_of(folder: Path, rows: str) -> tables.Tables:
    (folder / "portal.csv").write_text(HEADING + rows, "utf-8")
    return tables.load(System.PORTAL, folder)


@pytest.mark.parametrize("system", list(System))
def test_every_system_has_tables_that_can_be_used_and_say_how_sure_they_are(system: System) -> None:
    loaded = tables.load(system)
    assert loaded.messages
    assert answers.load(system)
    for _, row in tables.lines(None, f"{system}.csv", tables.COLUMNS):
        assert row["certainty"] in ("S", "G", "T", "M")


def test_a_record_becomes_a_message_and_comes_back(tmp_path: Path) -> None:
    mapping = made_of(
        tmp_path,
        "m,Ma,code,s,10,,yes,,T\nm,Ten.Ho,family,s,,,,,T\nm,Ngay,day,d:yyyyMMdd|yyyy,,,,,T\n"
        "m,Kenh,channel,s,,channel,,,T\nm,Co,flag,flag,,,,,T\nm,Giay[].So,papers[].number,digits,=3,,yes,,T\n"
        "m,Giay[].Trang[].Ten,papers[].pages[].name,s,,,,,T\nm,Luc,at,d:yyyyMMddHHmmss,,,,,T\n",
    )
    record = {
        "code": "A1",
        "family": "Lò",
        "day": "1985-03-21",
        "channel": "online",
        "flag": True,
        "papers": [{"number": "001", "pages": [{"name": "một"}, {"name": "hai"}]}, {"number": "002", "pages": []}],
        "at": datetime(2026, 3, 2, 17, 30, tzinfo=UTC),
    }
    message, misfits = convert.render(mapping, "m", record)
    assert misfits == []
    assert message["Ten"] == {"Ho": "Lò"}
    assert message["Ngay"] == "19850321"
    assert message["Luc"] == "20260303003000"
    assert message["Kenh"] == "2"
    assert message["Giay"][0]["Trang"] == [{"Ten": "một"}, {"Ten": "hai"}]
    assert convert.read(mapping, "m", message) == (record, [])


def test_each_field_that_does_not_fit_is_named_with_what_is_wrong_and_no_value(tmp_path: Path) -> None:
    mapping = made_of(
        tmp_path,
        "m,Ma,code,s,3,,yes,,T\nm,Ngay,day,d:dd/MM/yyyy|yyyy,,,,,T\nm,Kenh,channel,s,,channel,,,T\n"
        "m,Giay[].So,papers[].number,digits,=12,,yes,,T\nm,Tien,money,n,,,,,T\nm,Thieu,nothing,s,,,yes,,T\n",
    )
    record = {
        "code": "bí mật",
        "day": "1985-02-30",
        "channel": "pigeon",
        "papers": [{"number": "12a"}],
        "money": "nhiều",
    }
    _, misfits = convert.render(mapping, "m", record)
    assert {str(misfit) for misfit in misfits} == {
        "Ma has 6 characters, at most 3 are allowed",
        "Ngay is not a date of the form dd/MM/yyyy or yyyy",
        "Kenh is not in the code list channel",
        "Giay[0].So has other characters than digits",
        "Giay[0].So has 3 characters, it must be 12",
        "Tien is not a number",
        "Thieu is missing",
    }
    assert all(misfit.vietnamese for misfit in misfits)


def test_null_and_a_single_object_stand_for_a_list(tmp_path: Path) -> None:
    mapping = made_of(tmp_path, "m,Giay[].So,papers[].number,s,,,,,T\n")
    assert convert.read(mapping, "m", {"Giay": None}) == ({"papers": []}, [])
    assert convert.read(mapping, "m", {"Giay": {"So": "1"}}) == ({"papers": [{"number": "1"}]}, [])
    assert [str(m) for m in convert.read(mapping, "m", {"Giay": "x"})[1]] == ["Giay[0] is not an object"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("m,A,a,string,,,,,T\n", "portal.csv, line 2: 'string' is no type"),
        ("m,A,a,d:yy,,,,,T\n", "portal.csv, line 2: 'yy' is no form of a date"),
        ("m,A,a,s,long,,,,T\n", "portal.csv, line 2: 'long' is no length"),
        ("# remark\nm,A,a,s,,nothing,,,T\n", "portal.csv, line 3: there is no code list 'nothing'"),
        ("m,A[].B,b,s,,,,,T\n", "portal.csv, line 2: 'A[].B' and 'b' do not lie in as many lists"),
        ("m,A,,s,,,yes,,T\n", "portal.csv, line 2: 'A' is required and has neither"),
        ("m,A,a,s\n", "portal.csv, line 2: has not as many cells"),
        ("m,A[].B,x[].b,s,,,,,T\nm,A[].C,y[].c,s,,,,,T\n", "line 3: the list 'A' carries both 'x' and 'y'"),
    ],
)
def test_a_table_with_a_mistake_names_its_line(tmp_path: Path, rows: str, said: str) -> None:
    with pytest.raises(MappingWrong) as caught:
        made_of(tmp_path, rows)
    assert said in str(caught.value)


def test_a_changed_table_is_used_at_once(tmp_path: Path) -> None:
    assert convert.render(made_of(tmp_path, "m,Cu,a,s,,,,,T\n"), "m", {"a": "x"})[0] == {"Cu": "x"}
    assert convert.render(made_of(tmp_path, "m,Moi,a,s,,,,,T\nm,K,,s,,,,0,T\n"), "m", {"a": "x"})[0] == {
        "Moi": "x",
        "K": "0",
    }


NAMES = st.sampled_from(["MaHoSo", "TrangThaiHoSo", "DinhDanhCHS", "SoDinhDanh", "NgayTiepNhan", "x"])
PLAIN = st.none() | st.booleans() | st.integers() | st.text()


@given(st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner)))
def test_whatever_comes_is_read_or_said_to_be_wrong(given_: Any) -> None:
    record, misfits = convert.read(tables.load(System.PORTAL), "dossier", given_)
    assert misfits or record["code"]


@given(st.datetimes(min_value=datetime(1945, 1, 1), max_value=datetime(2099, 1, 1)), st.sampled_from(list(dates.FORMS)))  # noqa: DTZ001
def test_a_date_that_is_written_is_read_back(moment: datetime, form: str) -> None:
    whole = moment.replace(microsecond=0, tzinfo=UTC)
    written = dates.write(whole, (form,))
    assert written is not None
    back = dates.read(written, (form,))
    assert back == whole if "HH" in form else dates.write(back, (form,)) == written


def test_parts_of_a_date_go_into_the_form_that_holds_them() -> None:
    forms = ("dd/MM/yyyy", "MM/yyyy", "yyyy")
    assert [dates.write(v, forms) for v in ("1985-03-21", "1985-03", "1985", date(1985, 3, 21), "x", "1985-13")] == [
        "21/03/1985",
        "03/1985",
        "1985",
        "21/03/1985",
        None,
        None,
    ]
    assert dates.write("1985", ("dd/MM/yyyy",)) is None


@pytest.mark.parametrize(
    ("system", "code", "words", "verdict"),
    [
        (System.PORTAL, "00", "Đồng bộ thành công", Verdict.ACCEPTED),
        (System.PORTAL, "0", "", Verdict.ACCEPTED),
        (System.PORTAL, "0", "Cập nhật không thành công", Verdict.REFUSED),
        (System.PORTAL, "0", "Xin chào", Verdict.UNKNOWN),
        (System.PORTAL, "-3", "Hồ sơ đã tồn tại", Verdict.ALREADY),
        (System.PORTAL, "99", "Hồ sơ ĐÃ TIẾP NHẬN, không thể cập nhật", Verdict.ALREADY),
        (System.PORTAL, "", "Thành công", Verdict.UNKNOWN),
        (System.POPULATION, "004", "", Verdict.FORBIDDEN),
        (System.CIVIL, "500", "nksHoTen bắt buộc", Verdict.REFUSED),
        (System.CIVIL, "1", "", Verdict.ACCEPTED),
        (System.CRIMINAL, "03", "Gián đoạn", Verdict.RETRY),
        (System.CRIMINAL, "01", "Không thể chuyển sang trạng thái này", Verdict.ALREADY),
    ],
)
def test_answers_are_taken_by_code_and_words(system: System, code: str, words: str, verdict: Verdict) -> None:
    assert answers.judge(answers.load(system), "", code, words) is verdict


def test_json_may_be_wrapped_into_a_string_and_nothing_else_passes() -> None:
    assert bodies.parse_json(b'"{\\"a\\": [1]}"') == {"a": [1]}
    for body in (b"", b"<html><body>x", b"khong phai", b"[" * 100_000, b'"{x"'):
        with pytest.raises(AnswerNotUnderstood):
            bodies.parse_json(body)


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;">]><a>&y;</a>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>',
        "<!doctype html><html></html>",
        "<a><b></a>",
        "",
    ],
)
def test_xml_with_a_document_type_or_faults_is_not_taken(text: str) -> None:
    with pytest.raises(AnswerNotUnderstood):
        bodies.parse_xml(text)


def test_xml_is_read_by_local_names_and_written_in_order() -> None:
    body = bodies.to_xml("Hoi", {"Ma": "1", "Nhom": {"Nam": "1985"}, "Con": ["a", "b & c"]}, "http://dancu")
    assert body == (
        b'<Hoi xmlns="http://dancu"><Ma>1</Ma><Nhom><Nam>1985</Nam></Nhom><Con>a</Con><Con>b &amp; c</Con></Hoi>'
    )
    assert bodies.to_mapping(bodies.parse_xml(body)) == {"Ma": "1", "Nhom": {"Nam": "1985"}, "Con": ["a", "b & c"]}
