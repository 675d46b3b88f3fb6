"""What is read of persons and firms on a paper, by labels and places; nothing that is not printed there."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.geometry import Box
from pipeline.model import Doubt, FieldRead, PaperFields, Word
from pipeline.text import marked
from pipeline.understanding.fields import agreeing, find, values, vocabulary
from sample_scans.written import Written
from tests.understanding.fields_kit import doubting, read_form, typed, written

BESIDE = {"agency", "dated", "symbol", "born_words", "issued", "issuer"}
"""What samples print beside what they say."""
NUMBER = "011185000123"


def read(*lines: str) -> PaperFields:
    return find.find([typed(*lines)])


def value(paper: PaperFields, person: str, name: str) -> str:
    return paper.fields[person, name].value


@pytest.mark.parametrize("paper", list(written()), ids=lambda paper: paper.name)
def test_a_paper_says_what_is_printed_on_it_and_nothing_else(paper: Written) -> None:
    found = find.find([read_form(paper.form)])
    assert found.kind == paper.kind
    said = {key: read.value for key, read in found.fields.items() if key[1] not in BESIDE}
    assert {key: marked(text) for key, text in said.items()} == {k: marked(v) for k, v in paper.says.items()}
    assert not [key for key, read in found.fields.items() if read.doubtful and key in paper.says]


# --- values -------------------------------------------------------------------------------------------------


def words(text: str) -> list[Word]:
    return [Word(text=word, box=Box(0, 0, 1, 1)) for word in text.split()]


DAYS = st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 31))
FORMS = (
    "{:%d/%m/%Y}",
    "{:%d-%m-%Y}",
    "{:%d.%m.%Y}.",
    "ngày {:%d tháng %m năm %Y}",
    "lúc 05 giờ 40 phút, ngày {:%d tháng %m năm %Y}",
    "{:%d / %m / %Y};",
)


@given(DAYS, st.sampled_from(FORMS))
def test_a_day_in_any_form_is_that_day(day: date, form: str) -> None:
    parsed = values.parse("born", words(form.format(day)))
    assert parsed is not None
    assert (parsed.value, parsed.doubts) == (day.isoformat(), ())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1985", "1985"),
        ("năm 1985", "1985"),
        ("3/1985", "1985-03"),
        ("tháng 3 năm 1985", "1985-03"),
        ("31/02/1985", None),
        ("45/12/1985", None),
        ("21/03/85", None),
        ("không rõ", None),
        ("", None),
    ],
)
def test_a_day_is_read_as_far_as_it_is_printed_or_not_at_all(text: str, said: str | None) -> None:
    parsed = values.parse("born", words(text))
    assert (parsed and parsed.value) == said


def test_letters_that_look_like_digits_are_taken_for_them_and_told() -> None:
    for kind, text, said in (("born", "2l/O3/1985", "1985-03-21"), ("id", "0lll850OO123", "011185000123")):
        parsed = values.parse(kind, words(text))
        assert parsed is not None
        assert (parsed.value, parsed.doubts) == (said, (Doubt.REPAIRED,))


@given(
    st.sampled_from(sorted(values.PROVINCES)),
    st.integers(0, 3),
    st.integers(0, 99),
    st.integers(0, 999_999),
    st.booleans(),
)
def test_a_personal_number_says_sex_and_year(place: int, century: int, year: int, rest: int, parted: bool) -> None:
    number = f"{place:03}{century}{year:02}{rest:06}"
    printed = f"{number[:3]} {number[3:6]} {number[6:9]} {number[9:]}" if parted else number
    parsed = values.parse("id", words(f"Căn cước công dân số {printed}, cấp ngày 12/05/2021"))
    assert parsed is not None
    assert (parsed.value, parsed.doubts) == (number, ())
    assert values.structure_of(number) == ("female" if century % 2 else "male", 1900 + 100 * (century // 2) + year)


@pytest.mark.parametrize("number", ["003185000123", "011985000123", "000000000000", "099185000123"])
def test_a_number_that_is_built_otherwise_is_doubtful(number: str) -> None:
    parsed = values.parse("id", words(number))
    assert parsed is not None
    assert parsed.doubts == (Doubt.STRUCTURE,)


@pytest.mark.parametrize("text", ["01118500012", "0111850001234", "0111850001234567", "12/QĐ-UBND", "", "mười một"])
def test_digits_of_another_length_are_no_personal_number(text: str) -> None:
    assert values.parse("id", words(text)) is None


@given(st.text())
def test_whatever_stands_behind_a_label_a_value_is_made_of_it_or_there_is_none(text: str) -> None:
    given_words = words(text)
    for kind in ("id", "born", "sex", "name", "people", "number", "address", "cause", "died_time"):
        parsed = values.parse(kind, given_words)
        if parsed is not None:
            assert 0 <= parsed.first < parsed.last <= len(given_words)
            assert parsed.value


LABELS = st.sampled_from([" ".join(label.tokens) + ":" for label in vocabulary.labels()])
PIECES = st.one_of(LABELS, st.text(st.characters(categories=["Ll", "Lu", "Nd", "Po"]), min_size=1, max_size=12))


@given(st.lists(st.lists(PIECES, min_size=1, max_size=6), max_size=6))
def test_nothing_is_read_that_is_not_on_the_page(lines: list[list[str]]) -> None:
    page = typed(*(" ".join(line) for line in lines))
    on_page = re.sub(r"\W", "", "".join(word.text for line in page.lines for word in line.words)).lower()
    digits = re.sub(r"\D", "", on_page.translate(str.maketrans("oqdđli", "000011")))
    for (_, name), found in find.find([page]).fields.items():
        if name == "id":
            assert found.value in digits
        elif name in ("name", "address", "people", "cause", "number", "book", "firm_code"):
            assert re.sub(r"\W", "", found.value).lower() in on_page
        assert found.box is not None


# --- labels and layout --------------------------------------------------------------------------------------


def test_a_label_with_a_letter_misread_is_still_that_label_and_a_sentence_is_none() -> None:
    paper = read("Họ, chữ đệm, lên: Lò Văn Mẫu", "Ngảy, tháng, nằm sính: 21/03/1985", "Giới tính: Nam")
    assert value(paper, "subject", "name") == "Lò Văn Mẫu"
    assert value(paper, "subject", "born") == "1985-03-21"
    plain = read("Khi người hưởng thay đổi nơi cư trú thì lập hồ sơ chuyển đi, ghi rõ ngày sinh của từng người")
    assert plain.fields == {}
    assert read("Dân tộc tỉnh phối hợp với các sở").fields == {}


def test_an_answer_may_stand_below_or_beside_its_label() -> None:
    paper = read("Họ và tên / Full name:", "LÒ VĂN MẪU", "Giới tính / Sex:       Nam", "Quê quán:", "Bản Mẫu, xã Thử")
    assert value(paper, "subject", "name") == "LÒ VĂN MẪU"
    assert value(paper, "subject", "sex") == "male"
    assert value(paper, "subject", "origin") == "Bản Mẫu, xã Thử"


def test_columns_tell_whose_an_answer_is() -> None:
    paper = read(
        "BÊN NỮ                         BÊN NAM",
        "Họ và tên: Lò Thị Thử          Họ và tên: Vừ A Mẫu",
        "Năm sinh: 1990                 Năm sinh: 1988",
    )
    assert [value(paper, who, "name") for who in ("wife", "husband")] == ["Lò Thị Thử", "Vừ A Mẫu"]
    assert [value(paper, who, "born") for who in ("wife", "husband")] == ["1990", "1988"]


def test_the_heading_of_a_list_gives_nobody_a_value() -> None:
    paper = read("STT      Họ và tên       Năm sinh     Quan hệ với chủ hộ", "1      Quàng Thị Hặc    1988      Vợ")
    assert paper.fields == {}


def test_persons_without_a_role_are_kept_apart_and_one_named_again_is_the_same() -> None:
    paper = read(
        "Ông: Lò Văn Mẫu, sinh năm 1960",
        "Bà: Vì Thị Thử, sinh năm 1962",
        "Ông: Lò Văn Mẫu, số CCCD: 011060000123",
    )
    assert paper.persons() == ["subject", "person 1"]
    assert value(paper, "subject", "id") == "011060000123"


def test_a_value_printed_twice_and_differently_is_doubtful() -> None:
    paper = read("Họ và tên: Lò Văn Mẫu", "Ngày sinh: 21/03/1985", "Ngày sinh: 21/03/1986")
    assert paper.fields["subject", "born"].doubts == (Doubt.TWICE,)


def test_what_was_not_read_surely_is_doubtful() -> None:
    page = typed("Họ và tên: Lò Văn Mẫu", "Số CCCD: 011085000123")
    paper = find.find([doubting(page, "Văn")])
    assert paper.fields["subject", "name"].doubtful
    assert not paper.fields["subject", "id"].doubtful


# --- agreeing -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("Giới tính: Nam", {"id", "sex"}),
        ("Ngày sinh: 21/03/1986", {"id", "born"}),
        ("Giới tính: Nữ; Ngày sinh: 21/03/1985", set()),
    ],
)
def test_a_number_that_says_another_sex_or_year_than_the_paper_is_doubtful(line: str, wrong: set[str]) -> None:
    paper = read("Họ và tên: Lò Thị Mẫu", f"Số CCCD: {NUMBER}", line)
    assert {name for name, found in paper.of("subject").items() if Doubt.CONTRADICTED in found.doubts} == wrong


def owner(slips: list[str], *lines: str) -> dict[str, FieldRead]:
    return agreeing.owner(read(*lines), slips)


def test_the_slip_says_who_of_several_is_the_owner() -> None:
    lines = ("Ông: Lò Văn Mẫu, số CCCD: 011060000123", f"Bà: Vì Thị Thử, số CCCD: {NUMBER}")
    assert owner([NUMBER], *lines)["name"].value == "Vì Thị Thử"
    assert owner([], *lines)["name"].value == "Lò Văn Mẫu"


def test_a_slip_stands_for_a_number_that_was_not_read() -> None:
    found = owner([NUMBER], "Họ và tên: Vì Thị Thử")
    assert (found["id"].value, found["id"].doubtful, found["id"].box) == (NUMBER, False, None)
    assert owner([NUMBER]) == {}


def test_a_slip_puts_one_unsure_digit_right_and_doubts_another_number() -> None:
    page = typed("Họ và tên: Vì Thị Thử", f"Số CCCD: {NUMBER[:-1]}8")
    unsure = agreeing.owner(find.find([doubting(page, f"{NUMBER[:-1]}8")]), [NUMBER])
    assert (unsure["id"].value, unsure["id"].doubtful) == (NUMBER, False)
    other = agreeing.owner(find.find([page]), [NUMBER])
    assert other["id"].doubts == (Doubt.CONTRADICTED,)


def test_the_code_of_a_firm_is_checked_by_its_digit() -> None:
    lines = ("GIẤY CHỨNG NHẬN ĐĂNG KÝ DOANH NGHIỆP", "", "Tên công ty: CÔNG TY TNHH MẪU", "Mã số doanh nghiệp: {}")
    for code, doubts in (("0100112437", ()), ("0100112438", (Doubt.STRUCTURE,)), ("0100112437-001", ())):
        found = agreeing.firm(read(*(line.format(code) for line in lines)))
        assert (found["code"].value, found["code"].doubts) == (code, doubts)
        assert found["name"].value == "CÔNG TY TNHH MẪU"
