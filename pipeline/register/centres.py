"""Import of the centres.

Columns (any order; names without regard to case, accents, spaces and punctuation):

    code*           Mã bộ phận một cửa, Mã đơn vị      letters, digits, . _ -; names the folder of its scans
    name*           Tên bộ phận một cửa, Tên đơn vị
    province*       Mã tỉnh, Mã bộ ngành                agency code of the province or ministry: H18, G09
    province_name*  Tên tỉnh, Tỉnh, Tên bộ ngành
    level*          Cấp                                 ministry, province, district, commune; bộ, tỉnh, huyện, xã
    opened          Ngày thành lập, Ngày hoạt động
    closed          Ngày giải thể, Ngày kết thúc        the last day of operation
    merged_into     Nhập vào                            the centre that goes on with its work after `closed`
    unit            Mã đơn vị hành chính                the administrative unit that it serves: 11, 094, 03127
    since           Áp dụng từ                          name, level, province and unit are those from this day on;
                                                        an empty cell: from the beginning
    profile         Cấu hình đọc                        reading profile of its scans

What a column would say of a centre stays as it is known where the file has no such column. A centre may stand in
several lines, each with another day in `since`: what it was, and what it became.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import fields, replace
from pathlib import Path

from pipeline.model import Centre, Level
from pipeline.register import files
from pipeline.register.layout import Column, Layout, fold
from pipeline.register.lines import Line
from pipeline.register.problems import ImportFile

LAYOUT = Layout(
    kind="centres",
    columns=(
        Column(
            field="code",
            headings=("Mã bộ phận một cửa", "Mã đơn vị", "Mã BPMC", "Mã trung tâm", "Mã"),
            required=True,
        ),
        Column(
            field="name",
            headings=("Tên bộ phận một cửa", "Tên đơn vị", "Bộ phận một cửa", "Đơn vị", "Tên trung tâm", "Tên"),
            required=True,
        ),
        Column(
            field="province",
            headings=("Mã tỉnh", "Mã bộ ngành", "Mã tỉnh/bộ ngành", "Mã địa phương", "province_code"),
            required=True,
        ),
        Column(
            field="province_name",
            headings=("Tên tỉnh", "Tỉnh", "Tỉnh, thành phố", "Tên bộ ngành", "Bộ ngành", "Địa phương"),
            required=True,
        ),
        Column(field="level", headings=("Cấp", "Cấp hành chính"), required=True),
        Column(field="opened", headings=("Ngày thành lập", "Ngày hoạt động", "Ngày bắt đầu")),
        Column(field="closed", headings=("Ngày giải thể", "Ngày kết thúc", "Ngày ngừng hoạt động")),
        Column(field="merged_into", headings=("Nhập vào", "Sáp nhập vào", "Mã đơn vị kế thừa")),
        Column(field="unit", headings=("Mã đơn vị hành chính", "Mã ĐVHC")),
        Column(field="since", headings=("Áp dụng từ", "Hiệu lực từ", "Từ ngày")),
        Column(field="profile", headings=("Cấu hình đọc",)),
    ),
)

LEVELS = {
    **{level.value: level for level in Level},
    **dict.fromkeys(("bo", "bonganh", "capbo", "trunguong"), Level.MINISTRY),
    **dict.fromkeys(("tinh", "captinh", "thanhpho", "thanhphotrunguong"), Level.PROVINCE),
    **dict.fromkeys(("huyen", "caphuyen", "quan", "thixa"), Level.DISTRICT),
    **dict.fromkeys(("xa", "capxa", "phuong", "thitran"), Level.COMMUNE),
}

_OPTIONAL = ("unit", "since", "opened", "closed", "merged_into")

_CODE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?")
_PROVINCE = re.compile(r"[A-Z]\d{2}")


def read_centres(
    path: Path, *, known: Iterable[Centre] = (), units: Container[str] | None = None
) -> ImportFile[Centre]:
    """`known` are the centres as the register has them, `units` the codes of administrative units (None: not looked
    at). Raises ImportRefused."""
    there = {centre.code: centre for centre in known}
    return files.read(
        path, LAYOUT, lambda line: _centre(line, there, units), lambda centre: (fold(centre.code), centre.since)
    )


def _centre(line: Line, known: Mapping[str, Centre], units: Container[str] | None) -> Centre:
    code = line.code("code", required=True)
    if code and not _CODE.fullmatch(code):
        line.refuse("code", "cannot be the name of a folder", "không dùng làm tên thư mục được")
    province = line.code("province", required=True)
    if province and not _PROVINCE.fullmatch(province):
        line.refuse("province", "is not an agency code such as H18", "không phải mã cơ quan, ví dụ H18")
    line.text("level", required=True)
    centre = Centre(
        code=code,
        name=line.text("name", required=True),
        province=province,
        province_name=line.text("province_name", required=True),
        level=line.choice("level", LEVELS, Level.COMMUNE),
        unit=line.code("unit"),
        since=line.day("since"),
        opened=line.day("opened"),
        closed=line.day("closed"),
        merged_into=line.code("merged_into") or None,
        profile=line.code("profile") or None,
    )
    before = known.get(code)
    if before is not None:
        # The register says nothing of how a centre's scans are read: what was set here stays.
        silent = [name for name in _OPTIONAL if name not in line.headings] + ["profile"] * (not centre.profile)
        centre = replace(centre, **{name: getattr(before, name) for name in silent})
    _check(line, centre, units)
    return centre


def _check(line: Line, centre: Centre, units: Container[str] | None) -> None:
    if centre.opened and centre.closed and centre.closed < centre.opened:
        line.refuse("closed", "is before the centre opened", "sớm hơn ngày thành lập")
    if centre.merged_into == centre.code:
        line.refuse("merged_into", "is the centre itself", "là chính đơn vị này")
    elif centre.merged_into and not centre.closed:
        line.refuse("closed", "is empty though the centre was merged", "bị trống dù đơn vị đã được sáp nhập", "")
    if centre.unit and units is not None and centre.unit not in units:
        line.warn("unit", "is no administrative unit that is known", "không có trong danh mục đơn vị hành chính")


def dump_centres(rows: Iterable[Centre]) -> bytes:
    """The same as a JSON file that `read_centres` reads."""
    listed = [
        {f.name: "" if (value := getattr(row, f.name)) is None else str(value) for f in fields(row)} for row in rows
    ]
    return (json.dumps(listed, ensure_ascii=False, indent=1) + "\n").encode()
