"""Long files: in little memory, to the end or not at all; and what a dossier's line tells of its past."""

import json
import tracemalloc
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ImportRefused
from pipeline.model import Centre, Dossier, DossierStatus, Level, Scope, StatusChange
from pipeline.register import (
    Problem,
    csv_file,
    dump_centres,
    files,
    json_file,
    read_centres,
    read_dossiers,
    read_targets,
    read_units,
    stream_dossiers,
    xlsx_file,
)
from pipeline.register.seen import Seen

TODAY = date(2023, 10, 1)
CENTRES = (
    Centre(
        code="H18.25",
        name="Bộ phận Một cửa xã Thuỷ Xuân",
        province="H18",
        province_name="Điện Biên",
        level=Level.COMMUNE,
        closed=date(2023, 9, 20),
        merged_into="H18.26",
    ),
    Centre(code="H18.26", name="Xã Khác", province="H18", province_name="Điện Biên", level=Level.COMMUNE),
)
HEAD = "code,procedure,received_at,centre,components,components_digitized"
CODE = "H18.25-230914-0012"


def _csv(folder: Path, *lines: str) -> Path:
    path = folder / "file.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


# --- length -------------------------------------------------------------------------------------------------


def _lines(count: int) -> list[str]:
    return [f"H18.26-230914-{number:07},1.1,14/09/2023,H18.26,TP01:Đơn,1" for number in range(count)]


def test_memory_does_not_grow_with_the_lines(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        path = _csv(tmp_path, HEAD, *_lines(count))
        tracemalloc.start()
        rows = sum(1 for _ in stream_dossiers(path, today=TODAY, tell=_no_problem))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert rows == count
        return most

    assert peak(9000) < peak(3000) + 9000 * 60  # what is remembered of each is its hash and its line


def test_a_line_without_an_end_is_refused_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_file, "LONGEST_LINE", 200)
    good = _lines(3)
    path = _csv(tmp_path, HEAD, *good, "x" * 201)
    with pytest.raises(ImportRefused, match="Line 5 is longer than 200 characters: the ends of lines are missing"):
        read_dossiers(path, today=TODAY)
    assert len(read_dossiers(_csv(tmp_path, HEAD, *good, "x" * 199), today=TODAY).rows) == 3


def test_a_file_beyond_the_limit_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _csv(tmp_path, HEAD, *_lines(3))
    monkeypatch.setattr(files, "MAX_BYTES", path.stat().st_size)
    assert len(read_dossiers(path, today=TODAY).rows) == 3
    monkeypatch.setattr(files, "MAX_BYTES", path.stat().st_size - 1)
    with pytest.raises(ImportRefused, match=r"file.csv is larger than 0 GB; split it and import the parts"):
        read_dossiers(path, today=TODAY)


@pytest.mark.parametrize(
    ("limit", "says"),
    [
        ("MAX_UNPACKED", "file.xlsx unpacks to more than 0 MB; save it as CSV"),
        ("MAX_TEXTS", "file.xlsx holds more than 0 MB of text; save it as CSV"),
    ],
)
def test_a_workbook_that_would_fill_the_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, says: str
) -> None:
    path = tmp_path / "file.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, line in enumerate((HEAD, *_lines(3))):
            sheet.write_row(number, 0, line.split(","))
    assert len(read_dossiers(path, today=TODAY).rows) == 3
    monkeypatch.setattr(xlsx_file, limit, 100)
    with pytest.raises(ImportRefused, match=says):
        read_dossiers(path, today=TODAY)


def _no_problem(problem: Problem) -> None:
    raise AssertionError(problem)


def test_a_line_that_comes_twice_is_found_however_far_apart(tmp_path: Path) -> None:
    lines = _lines(2500)
    found = read_dossiers(_csv(tmp_path, HEAD, *lines, lines[3], lines[2400]), today=TODAY)
    assert len(found.rows) == 2500
    assert [(p.line, p.reason_en) for p in found.problems] == [
        (2502, "is already in line 5"),
        (2503, "is already in line 2402"),
    ]


def test_dossiers_with_the_same_papers_share_them(tmp_path: Path) -> None:
    first, second = read_dossiers(_csv(tmp_path, HEAD, *_lines(2)), today=TODAY).rows
    assert first.components is second.components


@given(st.lists(st.lists(st.integers(0, 30), max_size=12), max_size=20))
def test_seen_finds_what_a_dictionary_finds(blocks: list[list[int]]) -> None:
    seen, known, line = Seen(), dict[int, int](), 0
    for block in blocks:
        lines = list(range(line + 1, line + 1 + len(block)))
        line += len(block)
        expected = []
        for key, at in zip(block, lines, strict=True):
            expected.append(known.get(key, 0))
            known.setdefault(key, at)
        assert seen.earlier(block, lines) == expected


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(VALUES, max_size=8), st.integers(1, 40), st.sampled_from([None, 1]), st.booleans())
def test_json_is_read_the_same_wherever_the_window_ends(
    items: list[object], chunk: int, indent: int | None, envelope: bool
) -> None:
    value: object = {"session": ["s"], "madonvi": 1.5, "data": items} if envelope else items
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        path = Path(folder) / "file.json"
        path.write_text(json.dumps(value, ensure_ascii=False, indent=indent), "utf-8")
        patch.setattr(json_file, "_CHUNK", chunk)
        found = [item if isinstance(item, Problem) else item[1] for item in json_file.objects(path)]
    assert [f for f in found if not isinstance(f, Problem)] == [item for item in items if isinstance(item, dict)]
    assert len(found) == len(items)


def test_json_that_breaks_off_late_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    path.write_text('[\n{"a": 1},\n{"a": 2},\n{"a": tru}\n]')
    with pytest.raises(ImportRefused, match="line 4"):
        list(json_file.objects(path))


# --- the past of a dossier ----------------------------------------------------------------------------------


def _utc(day: int, hour: int = 0) -> datetime:
    return datetime(2023, 9, day, hour, tzinfo=UTC)


def test_a_cell_tells_how_a_dossier_came_to_its_status(tmp_path: Path) -> None:
    head = "code,procedure,received_at,centre,status,Lịch sử trạng thái"
    cell = "yêu cầu bổ sung@15/09/2023 15:00;processing@16/09/2023 14:00"
    (row,) = read_dossiers(_csv(tmp_path, head, f"{CODE},1.1,14/09/2023 08:00,H18.25,4,{cell}"), today=TODAY).rows
    assert row.history == (
        StatusChange(at=_utc(14, 1), status=DossierStatus.ACCEPTED),
        StatusChange(at=_utc(15, 8), status=DossierStatus.SUPPLEMENT),
        StatusChange(at=_utc(16, 7), status=DossierStatus.PROCESSING),
    )


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("mất rồi@15/09/2023", "none of the known values"),
        ("processing@30/02/2023", "not a day of the calendar"),
        ("processing@02/10/2023", "in the future"),
        ("processing", "not a date"),
    ],
)
def test_a_past_that_cannot_be_refuses_the_line(tmp_path: Path, cell: str, says: str) -> None:
    found = read_dossiers(
        _csv(tmp_path, "code,procedure,received_at,status_history", f"{CODE},1.1,14/09/2023,{cell}"), today=TODAY
    )
    (problem,) = found.problems
    assert not found.rows and (problem.line, problem.column) == (2, "status_history") and says in problem.reason_en


def _national(folder: Path, **fields: object) -> Dossier:
    record = {"MaHoSo": CODE, "MaTTHC": "1.1", "NgayTiepNhan": "20230914080000", "KenhThucHien": "2", **fields}
    path = folder / "record.json"
    path.write_text(json.dumps({"isUpdating": "False", "data": [record]}))
    found = read_dossiers(path, today=TODAY)
    assert not found.rejected
    return found.rows[0]


def test_the_national_record_tells_submission_supplement_result_and_return(tmp_path: Path) -> None:
    row = _national(
        tmp_path,
        NgayNopHoSo="20230913200000",
        NgayKetThucXuLy="20230918100000",
        NgayTra="20230919100000",
        TrangThaiHoSo="10",
        DanhSachHoSoBoSung=[{"NgayBoSung": "20230915080000", "NgayTiepNhanBoSung": "20230916080000"}],
    )
    assert [(change.status.value, change.at) for change in row.history] == [
        ("new", _utc(13, 13)),
        ("accepted", _utc(14, 1)),
        ("supplement", _utc(15, 1)),
        ("processing", _utc(16, 1)),
        ("done", _utc(18, 3)),
        ("returned", _utc(19, 3)),
    ]
    assert row.resolved_at == _utc(18, 3)


def test_where_reception_and_result_say_all_there_is_no_more_to_keep(tmp_path: Path) -> None:
    assert _national(tmp_path, NgayKetThucXuLy="20230918100000", TrangThaiHoSo="9").history == ()


# --- names and places ---------------------------------------------------------------------------------------


def test_a_centre_is_known_by_its_name_in_any_spelling(tmp_path: Path) -> None:
    found = read_dossiers(
        _csv(tmp_path, HEAD, f"{CODE},1.1,14/09/2023,bộ phận  một cửa xã Thủy Xuân,,"), today=TODAY, centres=CENTRES
    )
    assert not found.problems and found.rows[0].centre == "H18.25"


def test_a_dossier_of_a_merged_centre_says_where_its_work_went(tmp_path: Path) -> None:
    lines = (f"{CODE},1.1,20/09/2023,H18.25,,", "H18.25-230921-0013,1.1,21/09/2023,H18.25,,")
    found = read_dossiers(_csv(tmp_path, HEAD, *lines), today=TODAY, centres=CENTRES)
    assert [row.code for row in found.rows] == [CODE]
    assert [str(problem) for problem in found.problems] == [
        "line 3, centre: 'H18.25' was closed on 20/09/2023 (merged into H18.26), before the dossier was received"
    ]


def test_a_column_that_a_file_does_not_have_changes_nothing(tmp_path: Path) -> None:
    path = _csv(tmp_path, "code,name,province,province_name,level", "H18.25,Tên mới,H18,Điện Biên,xã")
    (row,) = read_centres(path, known=CENTRES).rows
    assert (row.name, row.closed, row.merged_into) == ("Tên mới", date(2023, 9, 20), "H18.26")
    path = _csv(tmp_path, "code,name,province,province_name,level,closed,merged_into", "H18.25,A,H18,Điện Biên,xã,,")
    (row,) = read_centres(path, known=CENTRES).rows
    assert (row.closed, row.merged_into) == (None, None)


def test_a_centre_may_stand_in_a_file_with_each_of_its_versions(tmp_path: Path) -> None:
    head = "code,name,province,province_name,level,since,unit"
    lines = ("H18.7,A,H18,Điện Biên,xã,,03127", "H18.7,B,H18,Điện Biên,xã,01/07/2025,03127")
    found = read_centres(_csv(tmp_path, head, *lines, lines[1]), units={"03127"})
    assert [(row.name, row.since) for row in found.rows] == [("A", None), ("B", date(2025, 7, 1))]
    assert [str(problem) for problem in found.problems] == ["line 4, code: 'H18.7' is already in line 3"]


@pytest.mark.parametrize(
    ("cells", "column", "says"),
    [
        ("01/01/2023,,H18.26", "closed", "is empty though the centre was merged"),
        ("01/01/2023,01/02/2023,H18.7", "merged_into", "is the centre itself"),
        ("01/01/2023,01/02/2022,", "closed", "is before the centre opened"),
    ],
)
def test_an_end_that_cannot_be_is_refused(tmp_path: Path, cells: str, column: str, says: str) -> None:
    head = "code,name,province,province_name,level,opened,closed,merged_into"
    found = read_centres(_csv(tmp_path, head, f"H18.7,A,H18,Điện Biên,xã,{cells}"))
    assert not found.rows and [(p.column, p.reason_en) for p in found.problems] == [(column, says)]


def test_centres_are_read_back_as_they_were_dumped(tmp_path: Path) -> None:
    path = tmp_path / "centres.json"
    path.write_bytes(dump_centres(CENTRES))
    assert read_centres(path).rows == CENTRES


def test_units_are_read_with_what_they_became(tmp_path: Path) -> None:
    head = "Mã;Tên đơn vị hành chính;Cấp;Từ ngày;Đến ngày;Thuộc;Trở thành"
    lines = ("03127;Phường Him Lam;xã;01/08/2008;30/06/2025;094;03127, 03130", "G10;Bộ Nông nghiệp;bộ;01/01/2000;;;")
    commune, ministry = read_units(_csv(tmp_path, head, *lines)).rows
    assert [(s.into, s.into_from, s.default) for s in commune.successions] == [
        ("03127", date(2025, 7, 1), True),
        ("03130", date(2025, 7, 1), False),
    ]
    assert (ministry.unit.agency, ministry.unit.level) == ("G10", Level.MINISTRY)
    wrong = read_units(_csv(tmp_path, head, "1;A;xã;01/08/2008;;;2", "2;A;xã;01/08/2008;01/01/2000;;"))
    assert [p.reason_en for p in wrong.problems] == [
        "is empty though the unit became another",
        "is before the first day",
    ]


def test_targets_are_of_a_ministry_a_province_a_sector_or_all_of_them(tmp_path: Path) -> None:
    lines = (
        "centres_digitizing,ministry,G09,0.3,2023-01-01",
        "centres_digitizing,bộ ngành,*,0.2,2023-01-01",
        "centres_digitizing,province,*,40 %,2023-01-01",
        "centres_digitizing,lĩnh vực,thuỷ lợi,0.5,2023-01-01",
        "centres_digitizing,sector,Không có,0.5,2023-01-01",
        "centres_digitizing,centre,*,0.5,2023-01-01",
        "centres_digitizing,province,Điện Biên,0.5,2023-01-01",
    )
    path = _csv(tmp_path, "indicator,scope,code,value,valid_from", *lines)
    found = read_targets(path, sectors=["Thủy lợi"])
    assert [(row.scope, row.code) for row in found.rows] == [
        (Scope.MINISTRY, "G09"),
        (Scope.MINISTRY, ""),
        (Scope.PROVINCE, ""),
        (Scope.SECTOR, "Thủy lợi"),
        (Scope.SECTOR, "Không có"),
    ]
    assert [(p.line, p.rejected) for p in found.problems] == [(6, False), (7, True), (8, True)]
