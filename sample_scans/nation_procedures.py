"""The procedures of the generated nation: a few of each level, those of the sectors that are hard to digitize among
them. Codes are made up in the form of the national ones."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from pipeline.model import Level, Procedure, ProcedureComponent

BUSINESS, SPECIAL = "Đăng ký kinh doanh", "Quản lý chuyên ngành"
HOUSEHOLD, FEES = "Hộ kinh doanh", "Phí, lệ phí"
LAND, ENVIRONMENT, RESOURCES = "Đất đai", "Môi trường", "Tài nguyên và khoáng sản"
ON_PAPER = (LAND, ENVIRONMENT, RESOURCES, FEES)
"""Sectors whose procedures are still much on paper."""

RESULT_NAME = "Kết quả giải quyết thủ tục hành chính"

_EVERYWHERE = (Level.PROVINCE, Level.DISTRICT, Level.COMMUNE)
_HIGHER = (Level.PROVINCE, Level.DISTRICT)


def _procedure(code: str, name: str, sector: str, *papers: str, document: bool = True) -> Procedure:
    asked = tuple(ProcedureComponent(code=f"TP{i:02d}", name=paper) for i, paper in enumerate(papers, start=1))
    return Procedure(code=code, name=name, sector=sector, result_is_document=document, components=asked)


_BY_LEVEL: tuple[tuple[tuple[Level, ...], Procedure], ...] = (
    ((Level.COMMUNE,), _procedure("1.901193", "Đăng ký khai sinh", "Hộ tịch", "Tờ khai", "Giấy chứng sinh")),
    ((Level.COMMUNE,), _procedure("1.904873", "Xác nhận tình trạng hôn nhân", "Hộ tịch", "Tờ khai")),
    (_HIGHER, _procedure("1.901612", "Đăng ký hộ kinh doanh", HOUSEHOLD, "Giấy đề nghị")),
    (
        (Level.PROVINCE,),
        _procedure("2.902001", "Đăng ký doanh nghiệp", BUSINESS, "Giấy đề nghị", "Điều lệ"),
    ),
    ((Level.PROVINCE,), _procedure("2.900488", "Cấp Phiếu lý lịch tư pháp", "Lý lịch tư pháp", "Tờ khai")),
    (_EVERYWHERE, _procedure("1.901776", "Trợ cấp xã hội hằng tháng", "Bảo trợ xã hội", "Tờ khai")),
    (_EVERYWHERE, _procedure("1.912766", "Đăng ký biến động đất đai", LAND, "Đơn đăng ký", "Biên bản xác minh")),
    (_HIGHER, _procedure("1.904237", "Xác nhận kế hoạch bảo vệ môi trường", ENVIRONMENT, "Văn bản đề nghị", "Báo cáo")),
    ((Level.PROVINCE,), _procedure("1.904446", "Cấp giấy phép khai thác khoáng sản", RESOURCES, "Đơn", "Bản đồ")),
    (_EVERYWHERE, _procedure("1.907891", "Khai, nộp lệ phí trước bạ", FEES, "Tờ khai")),
    (
        (Level.MINISTRY,),
        _procedure("1.900101", "Cấp giấy phép lưu hành", SPECIAL, "Đơn", "Hồ sơ kỹ thuật"),
    ),
    ((Level.MINISTRY,), _procedure("1.900102", "Cấp chứng chỉ hành nghề", SPECIAL, "Đơn đề nghị")),
    ((Level.MINISTRY,), _procedure("1.900103", "Cấp giấy phép môi trường", ENVIRONMENT, "Văn bản đề nghị", "Báo cáo")),
    (_EVERYWHERE, _procedure("1.904222", "Đăng ký thường trú", "Cư trú", "Tờ khai", document=False)),
    (
        (Level.MINISTRY,),
        _procedure("1.900104", "Tiếp nhận thông báo", SPECIAL, "Thông báo", document=False),
    ),
)

PROCEDURES = tuple(procedure for _, procedure in _BY_LEVEL)


@cache
def procedures_of(level: Level) -> tuple[Sequence[Procedure], Sequence[Procedure]]:
    """Those of a level whose result is a document, and those whose result is none."""
    there = [procedure for levels, procedure in _BY_LEVEL if level in levels]
    return [p for p in there if p.result_is_document], [p for p in there if not p.result_is_document]
