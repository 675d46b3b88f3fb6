"""Dossier codes in what was read, in names, and as the system writes them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.understanding import dossier_code
from pipeline.understanding.dossier_code import DossierCode

_AGENCIES = st.one_of(
    st.builds(lambda a, b, c: f"000.{a:02}.{b:02}.H{c:02}", *[st.integers(0, 99)] * 2, st.integers(1, 63)),
    st.builds(
        lambda letter, number, parts: ".".join([f"{letter}{number:02}", *map(str, parts)]),
        st.sampled_from("GH"),
        st.integers(1, 63),
        st.lists(st.integers(1, 999), max_size=4),
    ),
)
_CODES = st.builds(
    lambda agency, day, serial, long_day: DossierCode(agency=agency, day=day, serial=serial, long_day=long_day),
    _AGENCIES,
    st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    st.integers(0, 9_999_999).map(lambda number: f"{number:04}"),
    st.booleans(),
)


@given(_CODES)
def test_a_code_survives_being_written_and_parsed(code: DossierCode) -> None:
    assert dossier_code.parse(str(code)) == code
    assert code.legacy == str(code).startswith("000.")


@given(_CODES, st.sampled_from(["{}", "Mã hồ sơ: {}.", "({}),", "số {} ngày", "{}\n", "<<{}>>"]))
def test_a_code_is_found_in_any_surroundings(code: DossierCode, around: str) -> None:
    assert dossier_code.find(around.format(code)) == (str(code),)


@given(_CODES, st.data())
def test_the_usual_misreadings_are_undone(code: DossierCode, data: st.DataObject) -> None:
    written = str(code)
    at = written.index(code.agency[code.agency.rfind("H") if "H" in code.agency else 0])
    likenesses = {"0": "0OoĐD", "1": "1lI|", "-": "-–—", ".": ".,"}
    misread = "".join(
        char if index == at else data.draw(st.sampled_from(likenesses.get(char, char)))
        for index, char in enumerate(written)
    )
    spaced = misread.replace("-", data.draw(st.sampled_from(["-", " - ", "- ", " –"])))
    assert dossier_code.find(f"Mã hồ sơ: {spaced} ") == (written,)


@given(_CODES, st.sampled_from(["{}", "{}_TP01", "{} (2)", "quet {}", "{}-1", "TP01_{}"]))
def test_a_code_is_found_in_a_file_name_whatever_stands_for_its_dots(code: DossierCode, around: str) -> None:
    for name in (str(code), str(code).replace(".", "_"), str(code).lower(), str(code).replace("-", "_")):
        assert dossier_code.find_in_name(around.format(name)) == (str(code),)
        assert str(code) not in dossier_code.without_codes(around.format(name))


@given(st.text())
def test_whatever_is_found_is_a_code(text: str) -> None:
    for code in (*dossier_code.find(text), *dossier_code.find_in_name(text)):
        assert str(dossier_code.parse(code)) == code


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Mã hồ sơ: H18.25-230914-0012", ["H18.25-230914-0012"]),
        ("000.00.15.H18-230920-0004", ["000.00.15.H18-230920-0004"]),
        ("G09.20-20260609-0092637", ["G09.20-20260609-0092637"]),
        ("Hl8.25 - 23O914 – 0O12", ["H18.25-230914-0012"]),
        ("HI8.25-230914-OO12", ["H18.25-230914-0012"]),
        ("H18 . 25-230914-\n0012", ["H18.25-230914-0012"]),
        ("H18,25-230914-0012", ["H18.25-230914-0012"]),
        ("OOO.OO.l5.H18-23O92O-OOO4", ["000.00.15.H18-230920-0004"]),
        ("H18.25-230914-0012 và H18.25-230914-0013", ["H18.25-230914-0012", "H18.25-230914-0013"]),
        ("H18.25-230914-0012, hồ sơ H18.25-230914-0012", ["H18.25-230914-0012"]),
        ("H18-230914-0012", ["H18-230914-0012"]),
    ],
)
def test_codes_in_text(text: str, found: list[str]) -> None:
    assert list(dossier_code.find(text)) == found


@pytest.mark.parametrize(
    "text",
    [
        "Điện thoại: 0912-345-678, 0215.3825.123",
        "CCCD 011203004567 cấp ngày 10/05/2021",
        "Số tiền 1.250.000-2.500.000 đồng",
        "Số: 218/QĐ-UBND",
        "mã thủ tục 2.000379.000.00.00.H18",
        "H18.25-231314-0012",  # a thirteenth month
        "H18.25-230229-0012",  # a day that 2023 does not have
        "H18.25-230914-012",
        "H18.25-230914-00123456",
        "XH18.25-230914-0012",
        "9000.00.15.H18-230920-0004",
        "B0l.25-230914-0012",  # no letter of an agency where others had to be guessed
        "H18.25-99991231-0012",
        "2023-09-14-0012",
        "",
    ],
)
def test_what_only_looks_like_a_code_is_none(text: str) -> None:
    assert dossier_code.find(text) == ()


@pytest.mark.parametrize(
    "code", ["h18.25-230914-0012", "H18.25-230914-0012 ", "H18.25-23O914-0012", "H18.25-٢٣0914-0012"]
)
def test_parsing_takes_nothing_but_the_written_form(code: str) -> None:
    assert dossier_code.parse(code) is None


@pytest.mark.parametrize("name", ["IMG_20230303_081512.jpg", "scan0001.pdf", "quet-0012.pdf", "Hồ sơ 2023-09-14.pdf"])
def test_names_that_scanners_and_cameras_give_hold_no_code(name: str) -> None:
    assert dossier_code.find_in_name(name) == ()
