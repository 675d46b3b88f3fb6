"""Rules of each kind of register, line by line."""

import csv as csv_module
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.clock import VIETNAM
from pipeline.model import (
    Centre,
    Channel,
    Component,
    Dossier,
    DossierStatus,
    Level,
    Procedure,
    ProcedureComponent,
    Result,
    Scope,
    Target,
)
from pipeline.register import ImportFile, read_centres, read_dossiers, read_procedures, read_targets
from pipeline.register.lines import BadDate, parse_moment
from sample_scans import register

TODAY = date(2023, 10, 1)
CENTRES = (
    Centre(code="H18.25", name="a", province="H18", province_name="Điện Biên", level=Level.DISTRICT),
    Centre(
        code="H18.9",
        name="b",
        province="H18",
        province_name="Điện Biên",
        level=Level.COMMUNE,
        opened=date(2020, 1, 1),
        closed=date(2023, 6, 30),
    ),
)
PROCEDURES = (
    Procedure(code="2.000379", name="Khai sinh", components=(ProcedureComponent(code="TP01", name="Tờ khai"),)),
)

Csv = Callable[..., Path]


@pytest.fixture
def csv(tmp_path: Path) -> Csv:
    def write(*lines: str) -> Path:
        path = tmp_path / "file.csv"
        path.write_text("\n".join(lines), encoding="utf-8")
        return path

    return write


def problems(file: ImportFile[Centre] | ImportFile[Dossier]) -> list[tuple[int, str, str]]:
    return [(p.line, p.column, p.reason_en) for p in file.problems]


# --- dates --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("14/09/2023", datetime(2023, 9, 14, tzinfo=VIETNAM)),
        ("4-9-2023 08:05", datetime(2023, 9, 4, 8, 5, tzinfo=VIETNAM)),
        ("2023-09-14", datetime(2023, 9, 14, tzinfo=VIETNAM)),
        ("2023-09-14T08:05:06", datetime(2023, 9, 14, 8, 5, 6, tzinfo=VIETNAM)),
        ("2023-09-14T08:05:06Z", datetime(2023, 9, 14, 8, 5, 6, tzinfo=UTC)),
        ("20230914", datetime(2023, 9, 14, tzinfo=VIETNAM)),
        ("20230914080506", datetime(2023, 9, 14, 8, 5, 6, tzinfo=VIETNAM)),
        (date(2023, 9, 14), datetime(2023, 9, 14, tzinfo=VIETNAM)),
    ],
)
def test_dates_are_read_in_the_ways_registers_write_them(text: object, moment: datetime) -> None:
    assert parse_moment(text) == moment


@pytest.mark.parametrize("text", ["30/02/2023", "2023-02-30", "20230230", "14/09/2023 25:00", "09/14/2023"])
def test_a_day_that_is_not_in_the_calendar_is_told_from_other_text(text: str) -> None:
    with pytest.raises(BadDate, match="calendar"):
        parse_moment(text)


@pytest.mark.parametrize("text", ["hôm qua", "14/09/23", "1/1/0001", "2023", "0"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(BadDate):
        parse_moment(text)


@given(st.integers(-788_000_000, 4_100_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, VIETNAM)))
def test_every_way_to_write_a_moment_gives_the_same_moment(moment: datetime) -> None:
    local = moment.replace(tzinfo=None)
    ways = (f"{moment:%d/%m/%Y %H:%M:%S}", f"{moment:%Y%m%d%H%M%S}", local.isoformat(), moment.isoformat(), local)
    assert {parse_moment(way) for way in ways} == {moment}


@given(st.text(max_size=30))
def test_any_text_is_a_moment_or_a_bad_date(text: str) -> None:
    try:
        assert parse_moment(text).tzinfo is UTC
    except BadDate as error:
        assert error.en
        assert error.vi


# --- centres and procedures ---------------------------------------------------------------------------------


def test_a_centre_that_comes_twice_is_rejected_the_second_time(csv: Csv) -> None:
    found = read_centres(
        csv("code,name,province,province_name,level", "H18.1,a,H18,Điện Biên,xã", "h18.1,b,H18,Điện Biên,xã")
    )
    assert [c.name for c in found.rows] == ["a"]
    assert problems(found) == [(3, "code", "is already in line 2")]


@pytest.mark.parametrize("code", ["../x", "a/b", ".hidden", "a b", "end.", "đ", "x" * 65])
def test_a_centre_code_that_cannot_name_a_folder_is_rejected(csv: Csv, code: str) -> None:
    found = read_centres(csv("code,name,province,province_name,level", f"{code},a,H18,Điện Biên,xã"))
    assert not found.rows
    assert [p.column for p in found.problems] == ["code"]


def test_all_that_is_wrong_with_a_line_is_said_at_once(csv: Csv) -> None:
    found = read_centres(csv("code,name,province,province_name,level,opened,closed", "H18.1,,18,,làng,30/02/2023,x"))
    assert {p.column for p in found.problems} == {"name", "province", "province_name", "level", "opened", "closed"}


def test_a_procedure_has_its_components_classes_and_exemptions(csv: Csv) -> None:
    found = read_procedures(
        csv(
            "Mã TTHC;Tên TTHC;Lĩnh vực;Kết quả là giấy tờ;Thành phần hồ sơ;components_exempt;paper_classes",
            '1.1;Khai sinh;Hộ tịch;có;"TP01:Tờ khai;TP02:Giấy chứng sinh";TP02;TP01:d',
            "1.2;Trợ giúp;Xã hội;0;;;",
        )
    )
    assert found.rows == (
        Procedure(
            code="1.1",
            name="Khai sinh",
            sector="Hộ tịch",
            components=(
                ProcedureComponent(code="TP01", name="Tờ khai", paper_class="d"),
                ProcedureComponent(code="TP02", name="Giấy chứng sinh", exempt=True),
            ),
        ),
        Procedure(code="1.2", name="Trợ giúp", sector="Xã hội", result_is_document=False),
    )


def test_papers_of_a_procedure_may_be_objects_in_json(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    paper = {"code": "TP01", "name": "Tờ khai", "exempt": True, "paper_class": "a"}
    path.write_text(json.dumps([{"code": "1.1", "name": "x", "components": [paper]}]))
    expected = ProcedureComponent(code="TP01", name="Tờ khai", paper_class="a", exempt=True)
    assert read_procedures(path).rows[0].components == (expected,)


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("TP01:a|TP01:b", "names a paper twice"),
        (":không mã", "without a proper code"),
        ("Tờ khai:TP01", "without a proper code"),
    ],
)
def test_a_list_of_papers_that_is_not_one_is_rejected(csv: Csv, cell: str, says: str) -> None:
    (problem,) = read_procedures(csv("code,name,components", f"1.1,x,{cell}")).problems
    assert says in problem.reason_en


# --- targets ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "share"),
    [
        ("76.9 %", 0.769),
        ('"76,9%"', 0.769),
        ("75", 0.75),
        ("0.75", 0.75),
        ('"0,75"', 0.75),
        ("1", 1.0),
        ("0.5%", 0.005),
    ],
)
def test_a_target_is_a_share_or_a_percentage(csv: Csv, cell: str, share: float) -> None:
    found = read_targets(csv("indicator,value,valid_from", f"records_digitized,{cell},01/01/2023"))
    assert found.rows == (
        Target(indicator="records_digitized", scope=Scope.NATION, value=share, valid_from=date(2023, 1, 1)),
    )


@pytest.mark.parametrize("cell", ["-5", "101", "cao", "7 5", "1e3", ""])
def test_what_is_no_percentage_is_no_target(csv: Csv, cell: str) -> None:
    found = read_targets(csv("indicator,value,valid_from", f"records_digitized,{cell},01/01/2023"))
    assert not found.rows
    assert [p.column for p in found.problems] == ["value"]


def test_a_target_names_its_indicator_by_label_and_its_place_by_scope_and_code(csv: Csv) -> None:
    found = read_targets(
        csv(
            "Chỉ tiêu;Mục tiêu;Áp dụng từ;Phạm vi;Mã",
            "Tỷ lệ hồ sơ được số hóa;75 %;01/01/2023;Tỉnh;H18",
            "Tỷ lệ hồ sơ được số hóa;75 %;01/01/2023;Tỉnh;",
            "Tỷ lệ hồ sơ được số hóa;75 %;01/01/2023;Toàn quốc;H18",
            "Chỉ tiêu khác;75 %;01/01/2023;;",
        )
    )
    assert [(t.indicator, t.scope, t.code) for t in found.rows] == [("records_digitized", Scope.PROVINCE, "H18")]
    assert [(p.line, p.column) for p in found.problems] == [(3, "Mã"), (4, "Mã"), (5, "Chỉ tiêu")]


# --- dossiers -----------------------------------------------------------------------------------------------

FLAT = "Mã hồ sơ;Mã thủ tục;Ngày tiếp nhận;Mã đơn vị;Ngày có kết quả"
CODE = "H18.25-230914-0012"


def test_a_flat_line_is_a_dossier_with_its_papers(csv: Csv) -> None:
    path = csv(
        "code,centre,procedure,channel,status,received_at,resolved_at,components,components_digitized,"
        "components_reused,results,results_digitized",
        f"{CODE},H18.25,2.000379,trực tuyến,10,14/09/2023 08:30,15/09/2023,TP01;TP02:Giấy chứng sinh,TP01,1,"
        "KQ01:Giấy khai sinh,có",
    )
    assert read_dossiers(path, today=TODAY, centres=CENTRES, procedures=PROCEDURES).rows == (
        Dossier(
            code=CODE,
            centre="H18.25",
            procedure="2.000379",
            channel=Channel.ONLINE,
            status=DossierStatus.RETURNED,
            received_at=datetime(2023, 9, 14, 1, 30, tzinfo=UTC),
            resolved_at=datetime(2023, 9, 14, 17, 0, tzinfo=UTC),
            components=(
                Component(code="TP01", name="Tờ khai", flagged=True, reused=True),
                Component(code="TP02", name="Giấy chứng sinh", reused=True),
            ),
            results=(Result(code="KQ01", name="Giấy khai sinh", flagged=True),),
        ),
    )


def test_the_national_record_is_a_dossier(tmp_path: Path) -> None:
    record = {
        "MaHoSo": CODE,
        "MaTTHC": "2.000379.000.00.00.H18",
        "ChuHoSo": "Lò Thị Mẫu",
        "KenhThucHien": "1",
        "NgayTiepNhan": "20230914083000",
        "NgayTra": "20230915101500",
        "TrangThaiHoSo": "10",
        "TaiLieuNop": [
            {"MaThanhPhanHoSo": "TP01", "TenTepDinhKem": "don.pdf", "DuocSoHoa": "1", "DuongDanTaiTepTin": "a/1"},
            {"MaThanhPhanHoSo": "TP01", "DuocSoHoa": "0", "DuongDanTaiTepTin": "a/2"},
            {"MaThanhPhanHoSo": "TP02", "DuocSoHoa": "0", "DuocTaiSuDung": "2", "DuongDanTaiTepTin": ""},
            {"MaThanhPhanHoSo": "TP03", "DuocSoHoa": "1", "IsDeleted": True},
        ],
        "DanhSachGiayToKetQua": [
            {"TenGiayTo": "Giấy khai sinh", "MaGiayToKetQua": "KQ01", "DuongDanTepTinKetQua": "a/9"}
        ],
    }
    path = tmp_path / "record.json"
    path.write_text(json.dumps({"session": "s", "madonvi": "H18", "data": [record]}))
    found = read_dossiers(path, today=TODAY, centres=CENTRES, procedures=PROCEDURES)
    assert not found.problems
    assert "ChuHoSo" in found.ignored
    assert found.rows == (
        Dossier(
            code=CODE,
            centre="H18.25",
            procedure="2.000379",
            channel=Channel.IN_PERSON,
            status=DossierStatus.RETURNED,
            received_at=datetime(2023, 9, 14, 1, 30, tzinfo=UTC),
            resolved_at=datetime(2023, 9, 15, 3, 15, tzinfo=UTC),
            components=(
                Component(code="TP01", name="Tờ khai", flagged=True),
                Component(code="TP02", name="TP02", reused=True),
            ),
            results=(Result(code="KQ01", name="Giấy khai sinh", flagged=True),),
        ),
    )


def test_a_submitted_file_sent_as_the_result_does_not_count_as_one(tmp_path: Path) -> None:
    record = {
        "MaHoSo": CODE,
        "MaTTHC": "1.1",
        "NgayTiepNhan": "20230914083000",
        "TaiLieuNop": [{"MaThanhPhanHoSo": "TP01", "DuocSoHoa": "1", "DuongDanTaiTepTin": "a/1"}],
        "DanhSachGiayToKetQua": [{"MaGiayToKetQua": "KQ01", "DuongDanTepTinKetQua": "a/1"}],
    }
    path = tmp_path / "record.json"
    path.write_text(json.dumps([record]))
    found = read_dossiers(path, today=TODAY)
    assert [r.flagged for r in found.rows[0].results] == [False]
    assert [(p.column, p.value, p.rejected) for p in found.problems] == [("DanhSachGiayToKetQua", "KQ01", False)]


@pytest.mark.parametrize(
    ("line", "column", "says"),
    [
        (f"{CODE};2.000379;30/02/2023;H18.25;", "Ngày tiếp nhận", "calendar"),
        (f"{CODE};2.000379;02/10/2023;H18.25;", "Ngày tiếp nhận", "in the future"),
        (f"{CODE};2.000379;14/09/2023;H18.25;13/09/2023", "Ngày có kết quả", "before the dossier was received"),
        (f"{CODE};2.000379;14/09/2023 10:00;H18.25;14/09/2023 09:00", "Ngày có kết quả", "before the dossier"),
        (f"{CODE};2.000379;14/09/2023;H18.9;", "Mã đơn vị", "was closed on 30/06/2023"),
        (f"{CODE};2.000379;14/09/2023;H18.77;", "Mã đơn vị", "no centre of the register"),
        (f"{CODE};9.9;14/09/2023;H18.25;", "Mã thủ tục", "no procedure of the register"),
        (f"{CODE};;14/09/2023;H18.25;", "Mã thủ tục", "is empty"),
        (";2.000379;14/09/2023;H18.25;", "Mã hồ sơ", "is empty"),
        (f"{'x' * 65};2.000379;14/09/2023;H18.25;", "Mã hồ sơ", "longer than 64"),
    ],
)
def test_a_dossier_that_cannot_be_right_is_rejected(csv: Csv, line: str, column: str, says: str) -> None:
    found = read_dossiers(csv(FLAT, line), today=TODAY, centres=CENTRES, procedures=PROCEDURES)
    assert not found.rows
    (problem,) = found.problems
    assert problem.rejected
    assert (problem.line, problem.column) == (2, column)
    assert says in problem.reason_en


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("HS-77;2.000379;14/09/2023;H18.25;", "usual form"),
        (f"{CODE};2.000379;14/09/2019;H18.9;", "opened on 01/01/2020"),
    ],
)
def test_a_dossier_that_is_odd_is_imported_with_a_warning(csv: Csv, line: str, says: str) -> None:
    found = read_dossiers(csv(FLAT, line), today=TODAY, centres=CENTRES, procedures=PROCEDURES)
    assert len(found.rows) == 1
    assert not found.rejected
    assert says in found.warnings[0].reason_en


def test_a_result_with_only_a_day_may_be_of_the_day_of_reception(csv: Csv) -> None:
    found = read_dossiers(csv(FLAT, f"{CODE};2.000379;14/09/2023 10:00;H18.25;14/09/2023"), today=TODAY)
    assert not found.problems


def test_a_dossier_without_a_date_of_reception_is_imported_as_undated(csv: Csv) -> None:
    found = read_dossiers(csv(FLAT, f"{CODE};2.000379;;H18.25;"), today=TODAY)
    assert [d.received_at for d in found.rows] == [None]


def test_flags_for_papers_that_a_dossier_does_not_have_are_rejected(csv: Csv) -> None:
    found = read_dossiers(
        csv("code,procedure,received_at,components,components_digitized", f"{CODE},1.1,14/09/2023,TP01,TP09"),
        today=TODAY,
    )
    assert problems(found) == [(2, "components_digitized", "names a paper that the line does not have")]


# --- whole registers ----------------------------------------------------------------------------------------


def test_the_register_of_the_sample_scans_is_read_back_as_it_was_made(tmp_path: Path) -> None:
    register.write(tmp_path, seed=1)
    centres = read_centres(tmp_path / "centres.csv")
    procedures = read_procedures(tmp_path / "procedures.csv")
    dossiers = read_dossiers(
        tmp_path / "dossiers.csv", today=date(2024, 1, 1), centres=centres.rows, procedures=procedures.rows
    )
    targets = read_targets(tmp_path / "targets.csv")
    assert (centres.rows, procedures.rows, targets.rows) == (register.CENTRES, register.PROCEDURES, register.TARGETS)
    assert dossiers.rows == register.dossiers(1)
    assert not [*centres.problems, *procedures.problems, *dossiers.problems, *targets.problems]


cells = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20),
    st.sampled_from(["", "1", CODE, "30/02/2023", "TP01:x;TP01:y", '"', "H18.25", "2.000379", "14/09/2023"]),
)


@given(st.lists(st.lists(cells, min_size=5, max_size=5), max_size=8))
def test_every_line_is_either_imported_or_rejected_with_a_reason(lines: list[list[str]]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "d.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv_module.writer(file, delimiter=";")
            writer.writerow(FLAT.split(";"))
            writer.writerows(lines)
        found = read_dossiers(path, today=TODAY, centres=CENTRES, procedures=PROCEDURES)
    assert len({problem.line for problem in found.rejected}) == found.left_out
    assert all(problem.reason_en and problem.reason_vi for problem in found.problems)
