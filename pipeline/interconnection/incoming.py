"""What comes in from the procedure-resolution system, brought into the form of the register's own imports, without what
sohoa does not need: no person, no file name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pipeline.interconnection.convert import as_list
from pipeline.model import Procedure, Record

_DOSSIER = (
    "MaHoSo",
    "MaTTHC",
    "KenhThucHien",
    "NgayTiepNhan",
    "NgayKetThucXuLy",
    "NgayTra",
    "TrangThaiHoSo",
    "DonViXuLy",
)
_SUBMITTED = ("MaThanhPhanHoSo", "IsDeleted", "DuocSoHoa", "DuocTaiSuDung", "DuocLayTuKhoDMQG")
_ISSUED = ("MaGiayToKetQua", "TenGiayTo")


def minimal(row: Mapping[str, Any]) -> Record:
    """A dossier of the exchange record with the fields that the import reads. Links become digests, which still tell
    whether a result is a submitted paper."""
    kept: dict[str, Any] = {name: row[name] for name in _DOSSIER if name in row}
    kept.setdefault("NgayTiepNhan", "")
    kept["TaiLieuNop"] = [_paper(item, _SUBMITTED, "DuongDanTaiTepTin") for item in as_list(row.get("TaiLieuNop"))]
    kept["DanhSachGiayToKetQua"] = [
        _paper(item, _ISSUED, "DuongDanTepTinKetQua") for item in as_list(row.get("DanhSachGiayToKetQua"))
    ]
    return kept


def _paper(item: object, names: tuple[str, ...], link: str) -> object:
    if not isinstance(item, Mapping):
        return item  # the import says what is wrong with it
    kept = {name: item[name] for name in names if name in item}
    if item.get(link):
        kept[link] = hashlib.sha256(str(item[link]).strip().encode()).hexdigest()
    return kept


def procedure_row(record: Record) -> Record:
    """A procedure of the portal's catalogue as a line of the register's import: papers of all cases, each once."""
    papers = {paper["code"]: paper for case in record.get("cases", ()) for paper in case.get("papers", ())}
    sectors = record.get("sectors") or [{}]
    return {
        "code": record["code"],
        "name": record["name"],
        "sector": sectors[0].get("name", ""),
        "components": [{"code": p["code"], "name": p.get("name", "")} for p in papers.values()],
    }


def keep_local(rows: Iterable[Procedure], known: Mapping[str, Procedure]) -> list[Procedure]:
    """What was set here and the portal does not say stays: classes and exemptions of papers, kinds of results."""
    return [_kept(row, known.get(row.code)) for row in rows]


def _kept(row: Procedure, before: Procedure | None) -> Procedure:
    if before is None:
        return row
    papers = {paper.code: paper for paper in before.components}
    components = tuple(
        replace(paper, paper_class=papers[paper.code].paper_class, exempt=papers[paper.code].exempt)
        if paper.code in papers
        else paper
        for paper in row.components
    )
    return replace(row, components=components, result_is_document=before.result_is_document)
