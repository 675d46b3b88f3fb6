"""What register files look like on the way in: encodings, separators, headings, damage."""

import io
import json
import unicodedata
import zipfile
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ImportRefused
from pipeline.model import Centre, Level
from pipeline.register import ImportFile, read_centres
from pipeline.register.layout import fold
from pipeline.register.problems import shown

HEAD = ["Mã đơn vị", "Tên đơn vị", "Mã tỉnh", "Tỉnh", "Cấp", "Ngày thành lập"]
ROW = ["H18.25", "Bộ phận một cửa huyện Điện Biên", "H18", "Điện Biên", "huyện", "01/07/2019"]
CENTRE = Centre(
    code="H18.25",
    name="Bộ phận một cửa huyện Điện Biên",
    province="H18",
    province_name="Điện Biên",
    level=Level.DISTRICT,
    opened=date(2019, 7, 1),
)


def written(folder: Path, data: bytes, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def windows_1258(text: str) -> bytes:
    """Vietnamese as Windows-1258 has it: vowels with their hat, tone marks as characters of their own."""
    tones = "\u0300\u0301\u0303\u0309\u0323"
    out = ""
    for c in text:
        whole = unicodedata.normalize("NFD", c)
        tone = "".join(m for m in whole if m in tones)
        out += unicodedata.normalize("NFC", "".join(m for m in whole if m not in tones)) + tone
    return out.encode("cp1258")


def sheet(folder: Path, rows: list[list[object]], merge: str = "") -> Path:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in rows:
        page.append(row)
    if merge:
        page.merge_cells(merge)
    path = folder / "file.xlsx"
    book.save(path)
    return path


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1258"])
def test_a_csv_file_is_read_in_every_encoding_and_with_every_separator(
    tmp_path: Path, separator: str, encoding: str
) -> None:
    text = "\r\n".join(separator.join(line) for line in (HEAD, ROW)) + "\r\n"
    data = windows_1258(text) if encoding == "cp1258" else text.encode(encoding)
    found = read_centres(written(tmp_path, data))
    assert found == ImportFile(rows=(CENTRE,), problems=(), lines=1)


def test_the_separator_line_of_excel_is_obeyed_and_counted(tmp_path: Path) -> None:
    text = "sep=;\r\n" + ";".join(HEAD) + "\r\n" + ";".join(ROW) + "\r\n;x;H18;Điện Biên;xã;\r\n"
    found = read_centres(written(tmp_path, text.encode()))
    assert found.rows == (CENTRE,)
    assert [(p.line, p.column) for p in found.problems] == [(4, "Mã đơn vị")]


def test_headings_are_found_below_a_title_and_with_other_columns_between(tmp_path: Path) -> None:
    text = "DANH SÁCH BỘ PHẬN MỘT CỬA;;\n\nGhi chú;MÃ  ĐƠN VỊ;ten_don_vi;ma tinh;Tỉnh;CẤP\nx;" + ";".join(ROW[:5])
    found = read_centres(written(tmp_path, text.encode()))
    assert [row.code for row in found.rows] == ["H18.25"]
    assert found.ignored == ("Ghi chú",)


def test_headings_and_cells_in_decomposed_unicode_are_read_as_composed(tmp_path: Path) -> None:
    text = unicodedata.normalize("NFD", ",".join(HEAD) + "\n" + ",".join(ROW))
    assert read_centres(written(tmp_path, text.encode())).rows == (CENTRE,)


def test_a_workbook_is_read_with_numbers_dates_and_a_title_above(tmp_path: Path) -> None:
    rows: list[list[object]] = [["Danh sách"], [], list(HEAD), [*ROW[:5], date(2019, 7, 1)], []]
    assert read_centres(sheet(tmp_path, rows)).rows == (CENTRE,)


def test_merged_headings_of_a_workbook_are_named(tmp_path: Path) -> None:
    rows: list[list[object]] = [["Mã đơn vị", "Đơn vị", "", "Nơi"], list(ROW)]
    with pytest.raises(ImportRefused, match=r"merged cells \(B1:C1\)"):
        read_centres(sheet(tmp_path, rows, merge="B1:C1"))


def test_a_formula_without_a_stored_value_is_explained(tmp_path: Path) -> None:
    rows: list[list[object]] = [list(HEAD), ['=CONCATENATE("H18",".25")', *ROW[1:]]]
    (problem,) = read_centres(sheet(tmp_path, rows)).problems
    assert (problem.line, problem.column) == (2, "Mã đơn vị")
    assert "formula" in problem.reason_en
    assert "công thức" in problem.reason_vi


def test_an_error_of_a_formula_is_no_name(tmp_path: Path) -> None:
    (problem,) = read_centres(sheet(tmp_path, [list(HEAD), [ROW[0], "#REF!", *ROW[2:]]])).problems
    assert (problem.column, problem.value) == ("Tên đơn vị", "#REF!")


def test_an_array_of_objects_is_read_with_the_lines_where_they_begin(tmp_path: Path) -> None:
    good = dict(zip(HEAD, ROW, strict=True))
    text = f"[\n{json.dumps(good)},\n\n{json.dumps(good | {'Mã đơn vị': 'a/b'})},\n17]"
    found = read_centres(written(tmp_path, text.encode()))
    assert found.rows == (CENTRE,)
    assert [(p.line, p.value) for p in found.problems] == [(4, "a/b"), (5, "")]


def test_in_json_on_one_line_problems_have_the_number_of_the_object(tmp_path: Path) -> None:
    good = dict(zip(HEAD, ROW, strict=True))
    text = json.dumps([good, good | {"Mã đơn vị": ""}])
    assert [p.line for p in read_centres(written(tmp_path, text.encode())).problems] == [2]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b" \n \n", "is empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel file"),
        (b"PK\x03\x04broken", "not a readable XLSX"),
        (b"\x7fELF\x00\x00\x01", "neither CSV, XLSX nor JSON"),
        (b'[{"code": 1},', "not a file of centres"),
        (b'[{"code": "a" "b"}]', "not valid JSON at line 1"),
        (b'{"result": 1}', "neither an array"),
        (b"[" * 100_000, "nests too deep"),
        (b"a;b;c\n1;2;3", "columns found: a, b, c; needed: code (Mã bộ phận một cửa or Mã đơn vị), name"),
        ("code,Mã đơn vị,name,province,province_name,level".encode(), "both mean code"),
    ],
)
def test_a_file_that_is_no_register_is_refused_with_what_is_wrong(tmp_path: Path, data: bytes, says: str) -> None:
    with pytest.raises(ImportRefused) as refused:
        read_centres(written(tmp_path, data))
    assert says in str(refused.value)


def test_a_file_without_headings_is_refused_and_its_data_are_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused) as refused:
        read_centres(written(tmp_path, "H18.25;Lò Thị Mẫu;14/09/2023\nH18.26;Quàng Văn Thử;15/09/2023".encode()))
    assert "no columns found" in str(refused.value)
    assert "Mẫu" not in str(refused.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="cannot be opened"):
        read_centres(tmp_path / "no.csv")


def without_dates(path: Path) -> bytes:
    """The workbook with nothing in it that depends on when it was written."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as same:
        for name in whole.namelist():
            if name != "docProps/core.xml":
                same.writestr(zipfile.ZipInfo(name), whole.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()


@given(st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=6))
def test_a_damaged_workbook_is_refused_or_read_but_never_crashes(damage: list[tuple[float, int]]) -> None:
    with TemporaryDirectory() as folder:
        path = sheet(Path(folder), [list(HEAD), list(ROW)])
        content = bytearray(without_dates(path))
        for place, byte in damage:
            content[4 + int(place * (len(content) - 4))] = byte
        path.write_bytes(content)
        try:
            found = read_centres(path)
        except ImportRefused as refused:
            assert refused.detail
        else:
            assert found.lines == len(found.rows) + found.left_out


def test_a_workbook_with_a_broken_sheet_is_refused(tmp_path: Path) -> None:
    path = sheet(tmp_path, [list(HEAD), list(ROW)])
    broken = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(broken, "w") as half:
        for name in whole.namelist():
            part = whole.read(name)
            half.writestr(name, part[: len(part) // 2] if "sheet1" in name else part)
    with pytest.raises(ImportRefused, match="damaged"):
        read_centres(broken)


def test_json_that_breaks_off_imports_nothing(tmp_path: Path) -> None:
    good = json.dumps(dict(zip(HEAD, ROW, strict=True)))
    with pytest.raises(ImportRefused, match="line 3"):
        read_centres(written(tmp_path, f"[{good},\n{good},\n".encode()))


def test_a_line_with_a_cell_too_many_is_rejected_and_the_next_is_read(tmp_path: Path) -> None:
    text = f"{','.join(HEAD)}\nH18.24,Tên, có phẩy,H18,Điện Biên,xã,01/07/2019\n{','.join(ROW)}"
    found = read_centres(written(tmp_path, text.encode()))
    assert found.rows == (CENTRE,)
    assert [(p.line, "more cells" in p.reason_en) for p in found.problems] == [(2, True)]


def test_a_quotation_mark_that_is_never_closed_says_which_lines_were_lost(tmp_path: Path) -> None:
    text = f'{",".join(HEAD)}\n{",".join(ROW)}\nH18.26,"Tên\nH18.27,x\n'
    found = read_centres(written(tmp_path, text.encode()))
    assert found.rows == (CENTRE,)
    (problem,) = found.problems
    assert problem.line == 3
    assert "lines 3 to 4" in problem.reason_en


def test_one_broken_byte_in_utf_8_costs_its_line_only(tmp_path: Path) -> None:
    other = ",".join(["H18.26", *ROW[1:]]).encode().replace("Điện".encode(), b"\xc4\xff\xe1", 1)
    data = f"{','.join(HEAD)}\n{','.join(ROW)}\n".encode() + other
    found = read_centres(written(tmp_path, data))
    assert found.rows == (CENTRE,)
    assert [(p.line, p.column) for p in found.problems] == [(3, "Tên đơn vị")]


def test_a_heading_alone_is_a_file_without_lines(tmp_path: Path) -> None:
    assert read_centres(written(tmp_path, ",".join(HEAD).encode())) == ImportFile(rows=(), problems=(), lines=0)


@pytest.mark.parametrize("one", ["Mã hồ sơ", "MaHoSo", "ma_ho_so", "MÃ HỒ  SƠ:", "Mã hồ sơ"])
def test_headings_are_compared_without_accents_case_and_punctuation(one: str) -> None:
    assert fold(one) == "mahoso"


@pytest.mark.parametrize("value", ["Nguyễn Văn A", "LÒ THỊ B", "012345678901", "0912345678", "CCCD 012345678901"])
def test_what_may_be_a_person_is_never_shown(value: str) -> None:
    assert shown(value) == f"({len(value)} characters)"


@pytest.mark.parametrize("value", ["H18.25-230914-0012", "30/02/2023", "20230230101500", "76,9 %", "-5", "huyện"])
def test_codes_dates_and_numbers_are_shown(value: str) -> None:
    assert shown(value) == value
