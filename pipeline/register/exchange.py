"""Papers of a dossier in the record that one-stop systems send to the National Public Service Portal.

`TaiLieuNop[]` are the submitted files, several of which may belong to one component; `DanhSachGiayToKetQua[]` are the
results. File names in them can hold names of persons and are never read. Where a feed sends a submitted file as the
result (the same link), the result is kept as a paper but not as digitized.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipeline.model import Component, Result
from pipeline.register.lines import CODE_LIMIT, Line, clean

SUBMITTED = "submitted"
ISSUED = "issued"
SUPPLEMENTS = "supplements"


def components(line: Line, names: Mapping[str, str]) -> tuple[Component, ...]:
    """One component for each MaThanhPhanHoSo: digitized or reused where any of its files is.

    `names` are the names of the procedure's components by code; a component that is not among them has its code.
    """
    found: dict[str, Component] = {}
    for item in records(line, SUBMITTED):
        if _yes(item.get("IsDeleted")):
            continue
        code = _code(line, SUBMITTED, item, "MaThanhPhanHoSo")
        if not code:
            continue
        before = found.get(code)
        found[code] = Component(
            code=code,
            name=names.get(code, code),
            flagged=_yes(item.get("DuocSoHoa")) or bool(before and before.flagged),
            reused=_reused(item) or bool(before and before.reused),
        )
    return tuple(found.values())


def results(line: Line) -> tuple[Result, ...]:
    """One result for each MaGiayToKetQua: digitized where it has a file of its own."""
    submitted = {_link(item, "DuongDanTaiTepTin") for item in records(line, SUBMITTED)} - {""}
    found: dict[str, Result] = {}
    for item in records(line, ISSUED):
        code = _code(line, ISSUED, item, "MaGiayToKetQua")
        if not code:
            continue
        link = _link(item, "DuongDanTepTinKetQua")
        if link and link in submitted:
            line.warn(
                ISSUED,
                "has a submitted paper as its file and does not count as digitized",
                "dùng tệp của thành phần hồ sơ làm kết quả nên không tính là đã số hóa",
                code,
            )
        before = found.get(code)
        flagged = bool(link) and link not in submitted
        found[code] = Result(
            code=code,
            name=clean(str(item.get("TenGiayTo") or "")) or code,
            flagged=flagged or bool(before and before.flagged),
        )
    return tuple(found.values())


def records(line: Line, field: str) -> Iterator[Mapping[str, object]]:
    """The objects of a list of the record; the line is refused where it is none."""
    value = line.values.get(field)
    if value in (None, ""):
        return
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        line.refuse(field, "is not a list of objects", "không phải danh sách đối tượng", "")
        return
    yield from value


def _code(line: Line, field: str, item: Mapping[str, object], key: str) -> str:
    code = clean(str(item.get(key) or ""))
    if not code or len(code) > CODE_LIMIT:
        line.refuse(field, f"holds a paper without a proper {key}", f"có giấy tờ thiếu {key} hợp lệ", code)
        return ""
    return code


def _link(item: Mapping[str, object], key: str) -> str:
    return str(item.get(key) or "").strip()


def _reused(item: Mapping[str, object]) -> bool:
    """1: from a component, 2: from a result of another dossier; or taken from the national store."""
    return str(item.get("DuocTaiSuDung") or "0").strip() in ("1", "2") or _yes(item.get("DuocLayTuKhoDMQG"))


def _yes(value: object) -> bool:
    return str(value).strip().lower() in ("1", "true")
