"""Import of indices and connections."""

from datetime import date
from pathlib import Path

import pytest

from pipeline.model import ConnectionState
from pipeline.register import read_connections, read_indices
from sample_scans import nation, register_files

TODAY = date(2023, 10, 2)


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "file.csv"
    file.write_text(text, "utf-8")
    return file


def test_what_the_generator_writes_is_read_back(tmp_path: Path) -> None:
    register_files.write_indices(tmp_path, nation.INDICES)
    register_files.write_connections(tmp_path, nation.connections())
    assert read_indices(tmp_path / "indices.csv").rows == nation.INDICES
    assert read_connections(tmp_path / "connections.csv", today=TODAY).rows == tuple(nation.connections())


def test_vietnamese_headings_words_and_numbers_are_understood(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "Mã tỉnh;Nhóm chỉ số;Kỳ;Điểm;Xếp hạng;Trong số;Nguồn;Ngày công bố\n"
        "H18;Công khai, minh bạch;9t/2023;14,9;;;Cổng;01/10/2023\n",
    )
    (row,) = read_indices(file).rows
    assert (row.part, row.period, row.points, row.rank) == ("transparency", "9T/2023", 14.9, None)
    file = written(tmp_path, "Hệ thống;Mã tỉnh;Trạng thái\nDân cư;H18;Chưa kết nối\n")
    assert read_connections(file, today=TODAY).rows[0].state is ConnectionState.PLANNED


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("H18,progress,9T/2023,20.5,,,Cổng,2023-10-01", "points"),
        ("H18,progress,9T/2023,-1,,,Cổng,2023-10-01", "points"),
        ("H18,happiness,9T/2023,5,,,Cổng,2023-10-01", "part"),
        ("H18,progress,Q5/2023,5,,,Cổng,2023-10-01", "period"),
        ("H18,index,9T/2023,74,15,,Cổng,2023-10-01", "rank"),
        ("H18,index,9T/2023,74,64,63,Cổng,2023-10-01", "rank"),
        ("H18,index,9T/2023,74,1,63,,2023-10-01", "source"),
        ("H18,index,9T/2023,74,1,63,Cổng,2023-02-30", "stated_on"),
    ],
)
def test_a_figure_that_cannot_be_is_refused_with_its_column(tmp_path: Path, line: str, column: str) -> None:
    read = read_indices(written(tmp_path, f"code,part,period,points,rank,ranked,source,stated_on\n{line}\n"))
    assert not read.rows
    assert [(problem.line, problem.column) for problem in read.rejected] == [(2, column)]


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("Dân cư,Điện Biên,connected,,", "agency"),
        ("Dân cư,H18,broken,,", "state"),
        ("Dân cư,H18,connected,2024-01-01,", "since"),
        ("Dân cư,H18,connected,,2024-01-01", "checked"),
        (",H18,connected,,", "system"),
    ],
)
def test_a_connection_that_cannot_be_is_refused_with_its_column(tmp_path: Path, line: str, column: str) -> None:
    read = read_connections(written(tmp_path, f"system,agency,state,since,checked\n{line}\n"), today=TODAY)
    assert not read.rows
    assert [(problem.line, problem.column) for problem in read.rejected] == [(2, column)]
