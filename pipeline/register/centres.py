"""Import of the centres.

Columns (any order; names without regard to case, accents, spaces and punctuation):

    code*           Mã bộ phận một cửa, Mã đơn vị      letters, digits, . _ -; names the folder of its scans
    name*           Tên bộ phận một cửa, Tên đơn vị
    province*       Mã tỉnh, Mã bộ ngành                agency code of the province or ministry: H18, G09
    province_name*  Tên tỉnh, Tỉnh, Tên bộ ngành
    level*          Cấp                                 ministry, province, district, commune; bộ, tỉnh, huyện, xã
    opened          Ngày thành lập, Ngày hoạt động
    closed          Ngày giải thể, Ngày kết thúc        the last day of operation
    profile         Cấu hình đọc                        reading profile of its scans
"""

from __future__ import annotations

import re
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

_CODE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?")
_PROVINCE = re.compile(r"[A-Z]\d{2}")


def read_centres(path: Path) -> ImportFile[Centre]:
    """Raises ImportRefused."""
    return files.read(path, LAYOUT, _centre, lambda centre: fold(centre.code))


def _centre(line: Line) -> Centre:
    code = line.code("code", required=True)
    if code and not _CODE.fullmatch(code):
        line.refuse("code", "cannot be the name of a folder", "không dùng làm tên thư mục được")
    province = line.code("province", required=True)
    if province and not _PROVINCE.fullmatch(province):
        line.refuse("province", "is not an agency code such as H18", "không phải mã cơ quan, ví dụ H18")
    line.text("level", required=True)
    opened, closed = line.day("opened"), line.day("closed")
    if opened and closed and closed < opened:
        line.refuse("closed", "is before the centre opened", "sớm hơn ngày thành lập")
    return Centre(
        code=code,
        name=line.text("name", required=True),
        province=province,
        province_name=line.text("province_name", required=True),
        level=line.choice("level", LEVELS, Level.COMMUNE),
        opened=opened,
        closed=closed,
        profile=line.code("profile") or None,
    )
