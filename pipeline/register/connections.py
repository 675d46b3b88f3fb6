"""Import of the connections between systems.

Columns (any order; names without regard to case, accents, spaces and punctuation):

    system*   Hệ thống, Cơ sở dữ liệu     as it is to be printed: Cơ sở dữ liệu quốc gia về dân cư
    agency*   Mã cơ quan, Mã tỉnh         agency code of the province or ministry: H18, G09
    state     Trạng thái                  connected, suspended, planned; đã kết nối (or empty), tạm dừng, chưa kết nối
    since     Kết nối từ, Từ ngày
    checked   Kiểm tra lần cuối           the last day on which somebody looked
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from pipeline.model import Connection, ConnectionState
from pipeline.register import files
from pipeline.register.layout import Column, Layout, fold
from pipeline.register.lines import Line
from pipeline.register.problems import ImportFile

LAYOUT = Layout(
    kind="connections",
    columns=(
        Column(field="system", headings=("Hệ thống", "Cơ sở dữ liệu", "Tên hệ thống"), required=True),
        Column(field="agency", headings=("Mã cơ quan", "Mã tỉnh", "Mã bộ ngành", "Mã đơn vị"), required=True),
        Column(field="state", headings=("Trạng thái", "Tình trạng")),
        Column(field="since", headings=("Kết nối từ", "Từ ngày", "Ngày kết nối")),
        Column(field="checked", headings=("Kiểm tra lần cuối", "Ngày kiểm tra", "last_check")),
    ),
)

STATES = {
    **{state.value: state for state in ConnectionState},
    **dict.fromkeys(("daketnoi", "dangketnoi", "ketnoi", "1"), ConnectionState.CONNECTED),
    **dict.fromkeys(("tamdung", "dunghoatdong", "giandoan"), ConnectionState.SUSPENDED),
    **dict.fromkeys(("chuaketnoi", "dukien", "kehoach", "0"), ConnectionState.PLANNED),
}

_AGENCY = re.compile(r"[A-Z]\d{2}")


def read_connections(path: Path, *, today: date) -> ImportFile[Connection]:
    """Days after `today` are rejected. Raises ImportRefused."""
    return files.read(path, LAYOUT, lambda line: _connection(line, today), lambda row: (fold(row.system), row.agency))


def _connection(line: Line, today: date) -> Connection:
    agency = line.code("agency", required=True)
    if agency and not _AGENCY.fullmatch(agency):
        line.refuse("agency", "is not an agency code such as H18", "không phải mã cơ quan, ví dụ H18")
    since, checked = line.day("since"), line.day("checked")
    state = line.choice("state", STATES, ConnectionState.CONNECTED)
    for field, day in (("since", since), ("checked", checked)):
        if day and day > today and not (field == "since" and state is ConnectionState.PLANNED):
            line.refuse(field, "is in the future", "là ngày trong tương lai")
    return Connection(
        system=line.text("system", required=True), agency=agency, state=state, since=since, checked=checked
    )
