"""The registries of justice and business, and the population database, with invented persons and firms."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from lxml import etree
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from connectors.population import NAMESPACE, NOBODY, SOAP
from connectors.simulators.base import Handler, Simulator
from pipeline.interconnection import bodies
from pipeline.model import System
from pipeline.text import fold

Clock = Callable[[], datetime]
OWNER = "011085000001"

PERSONS: Mapping[str, dict[str, str]] = {
    OWNER: {"Ten": "Nguyễn Văn Mẫu", "NgayThangNam": "19850321", "Nam": "1985", "GioiTinh": "1"},
    "011179000002": {"Ten": "Lò Thị Thử", "NgayThangNam": "", "Nam": "1979", "GioiTinh": "2"},
}
"""Invented; the second one's day of birth is not known."""


def population(clock: Clock) -> Simulator:
    simulator = Simulator(system=System.POPULATION, clock=clock, coded=frozenset({"GioiTinh"}))
    simulator.handlers["/dancu/XacThucThongTinCongDan"] = ("POST", _soap(_verify))
    simulator.handlers["/dancu/TraCuuThongTinCongDan"] = ("POST", _soap(_citizen))
    return simulator


def _soap(answer: Callable[[dict[str, Any]], str]) -> Handler:
    async def handle(request: Request) -> Response:
        root = bodies.parse_xml(await request.body())
        asked = bodies.to_mapping(root[0][0])
        if etree.QName(root[0][0]).namespace != NAMESPACE or not asked.get("MaCanBo"):
            return JSONResponse({"error_code": "005", "message": "Cán bộ chưa được cấp quyền"})
        body = f'<s:Envelope xmlns:s="{SOAP}"><s:Body>{answer(asked)}</s:Body></s:Envelope>'
        return Response(body, media_type="application/xml")

    return handle


def _verify(asked: dict[str, Any]) -> str:
    person = PERSONS.get(asked.get("SoDinhDanh", NOBODY))
    fits = person is not None and _folded(person["Ten"]) == _folded(asked["HoVaTen"])
    return f'<KetQuaXacThuc xmlns="{NAMESPACE}"><TonTai>{str(fits).lower()}</TonTai></KetQuaXacThuc>'


def _citizen(asked: dict[str, Any]) -> str:
    person = PERSONS.get(asked.get("SoDinhDanh", NOBODY))
    if person is None:
        return '<CongdanCollection xmlns="http://www.mic.gov.vn/dancu/1.0"/>'
    inside = bodies.to_xml(
        "CongDan",
        {
            "SoDinhDanh": asked["SoDinhDanh"],
            "HoVaTen": {"Ho": "", "ChuDem": "", "Ten": person["Ten"]},
            "GioiTinh": person["GioiTinh"],
            "NgayThangNamSinh": {"Nam": person["Nam"], "NgayThangNam": person["NgayThangNam"]},
            "ThuongTru": {"MaTinhThanh": "11", "MaPhuongXa": "03127", "ChiTiet": "Bản Mẫu"},
        },
        "http://www.mic.gov.vn/dancu/1.0",
    ).decode()
    return f'<CongdanCollection xmlns="http://www.mic.gov.vn/dancu/1.0">{inside}</CongdanCollection>'


def _folded(name: str) -> str:
    return fold(name).replace(" ", "")


def civil(clock: Clock) -> Simulator:
    simulator = Simulator(system=System.CIVIL, clock=clock, coded=frozenset({"status", "trangThai"}))

    async def register(request: Request) -> Response:
        given = await request.json()
        key = given.get("maHoSo", "")
        try:
            case = bodies.to_mapping(bodies.parse_xml(given["data"]))["hoso"]
        except (KeyError, TypeError):
            return JSONResponse({"status": 0, "errorCode": "302", "errorDescription": "data không đúng kiểu"})
        if key in simulator.records:
            description = f"Hồ sơ {key} đã tiếp nhận"
            return JSONResponse({"status": 0, "errorCode": "500", "errorDescription": description})
        if not case.get("quyenSo"):
            return JSONResponse({"status": 0, "errorCode": "500", "errorDescription": "quyenSo không được để trống"})
        simulator.records[key] = case
        simulator.arrivals[key] += 1
        return JSONResponse({"status": 1, "statusDescription": "Thành công", "value": ""})

    async def states(request: Request) -> Response:
        case = simulator.records.get((await request.json())["maHoSo"])
        if case is None:
            return JSONResponse({"status": 0, "errorCode": "201", "errorDescription": "RECORD_NOT_FOUND"})
        return JSONResponse({"status": 1, "value": case.get("state", "4")})

    async def joint(request: Request) -> Response:
        keys = (await request.json())["maDinhDanhHoSo"]
        if len(keys) > 3:
            return JSONResponse({"status": 0, "errorCode": "302", "errorDescription": "Tối đa 3 hồ sơ"})
        known = [key for key in keys if key in simulator.records]
        value = [{"maHoSoMCDT": key, "trangThai": simulator.records[key].get("state", "4")} for key in known]
        return JSONResponse({"status": 1, "value": value or None})

    async def catalogue(_: Request) -> Response:
        value = json.dumps([{"ma": "01", "ten": "Kinh"}, {"ma": "04", "ten": "Thái"}])
        return JSONResponse({"status": 1, "statusDescription": "Thành công", "value": value})

    base = "/apiHoTichTuPhap"
    simulator.handlers[f"{base}/dangKyHoTich"] = ("POST", register)
    simulator.handlers[f"{base}/traTrangThaiHoSo"] = ("POST", states)
    simulator.handlers[f"{base}/traTrangThaiLienThong"] = ("POST", joint)
    simulator.handlers[f"{base}/danhMuc"] = ("POST", catalogue)
    return simulator


def criminal(clock: Clock) -> Simulator:
    simulator = Simulator(system=System.CRIMINAL, clock=clock, coded=frozenset({"STATUS", "DEC_STATUS_ID", "status"}))

    async def receive(request: Request) -> Response:
        given = await request.json()
        key = given["idReceivedDec"]
        if key in simulator.records:
            return JSONResponse({"STATUS": "0", "DESCRIPTION": "Hồ sơ đã được tiếp nhận", "ID": "x"})
        if not given["declarationWSForm"].get("identifyNo"):
            return JSONResponse({"STATUS": "0", "DESCRIPTION": "identifyNo bắt buộc nhập"})
        simulator.records[key] = given
        simulator.arrivals[key] += 1
        return JSONResponse({"STATUS": "1", "DESCRIPTION": "Thành công", "ID": f"LLTP-{len(simulator.records)}"})

    async def state(request: Request) -> Response:
        known = (await request.json())["idReceivedDec"] in simulator.records
        if not known:
            return JSONResponse({"STATUS": "0", "DESCRIPTION": "Không có hồ sơ"})
        return JSONResponse({"STATUS": "1", "DEC_STATUS_ID": "5", "DEC_STATUS_NAME": "Đã có phiếu"})

    async def result(request: Request) -> Response:
        key = (await request.json())["maHoSoMCDT"]
        done = {
            "soPhieuLLTP": "12/2026/LLTP",
            "ngayCapPhieu": "05/03/2026",
            "loaiPhieu": "1",
            "thongTinAn": [{"soBanAn": "khong duoc luu"}],
            "phieuLLTP": base64.b64encode(b"%PDF-1.4\n%%EOF\n").decode(),
        }
        value = [{"maHoSoMCDT": key, "trangThaiXuLy": "9", "ketQuaXuLy": done}]
        return JSONResponse({"status": 1, "statusDescription": "Thành công", "value": value})

    async def catalogue(_: Request) -> Response:
        return JSONResponse({"STATUS": "1", "DESCRIPTION": "Thành công", "LISTCONTENT": [{"ID": 1, "NAME": "VN"}]})

    base = "/apiLyLichTuPhap"
    simulator.handlers[f"{base}/nhanHoSoDangKy"] = ("POST", receive)
    simulator.handlers[f"{base}/traTrangThaiHs"] = ("POST", state)
    simulator.handlers[f"{base}/traKetQua"] = ("POST", result)
    simulator.handlers[f"{base}/traDanhMuc"] = ("POST", catalogue)
    return simulator


FIRM, OLD_FIRM, SHOP = "5600000025", "5600000018", "8000000011"
_LAST_DAYS = 5


def business(clock: Clock) -> Simulator:
    simulator = Simulator(system=System.BUSINESS, clock=clock, coded=frozenset({"Status"}))
    newer = {
        "MaSoDoanhNghiep": FIRM,
        "TenTiengViet": "CÔNG TY TNHH MẪU MƯỜNG THEN",
        "TinhTrangPhapLy": {"TinhTrangPhapLy": "Đang hoạt động", "MaTinhTrangPhapLy": "NNT_00"},
        "DaiDienPhapLuat": [{"ThongTinCaNhan": {"HoVaTen": "NGUYỄN VĂN MẪU"}}],
        "DiaChiTruSo": [{"DiaChi": [{"DiaChi": "Bản Mẫu, Điện Biên"}]}],
        "NganhNgheKinhDoanh": None,
    }
    older = {
        "ENTERPRISE_GDT_CODE": OLD_FIRM,
        "NAME": "HỢP TÁC XÃ THỬ",
        "ENTERPRISE_STATUS": "1",
        "FOUNDING_DATE": "21/03/2015",
        "LEGAL_NAMES": "LÒ THỊ THỬ;NGUYỄN VĂN MẪU",
    }

    async def detail(request: Request) -> Response:
        good = {"DataCount": 1, "Status": "1", "Message": "Thành công"}
        code = request.query_params.get("msdn")
        if code == FIRM:
            return JSONResponse({"GetEntCert": [newer], **good})
        if code == OLD_FIRM:
            return JSONResponse({"MainInformation": older, "HOAdress": {"AddressFullText": "Bản Thử"}, **good})
        return JSONResponse({"GetEntCert": None, **good, "DataCount": 0})

    async def filings(request: Request) -> Response:
        given = request.query_params
        days = (datetime.strptime(given[n], "%d/%m/%Y") for n in ("from_date", "to_date"))  # noqa: DTZ007
        first, last = days
        if (last - first).days >= _LAST_DAYS:
            return JSONResponse({"Status": "0", "Message": "Tối đa 5 ngày"})
        rows = [
            {"IN_JOURNAL_NO": key, "PROCESS_STATUS": "1", "PROCESSED_DATE": f"{at:%d/%m/%Y}"}
            for key, at in sorted(simulator.records.items())
            if first.date() <= at <= last.date()
        ]
        offset, limit = int(given["offset"]), int(given["limit"])
        return JSONResponse({"Data": rows[offset : offset + limit], "DataCount": len(rows), "Status": "1"})

    simulator.handlers["/chiTietDoanhNghiep"] = ("GET", detail)
    simulator.handlers["/danhSachHoSo"] = ("GET", filings)
    return simulator


def household(clock: Clock) -> Simulator:
    simulator = Simulator(system=System.HOUSEHOLD, clock=clock, coded=frozenset({"Status"}))
    shop = {
        "MaSoHKD": SHOP,
        "MaSoDangKyHKD": "12.A8.000001",
        "TenTiengViet": "HỘ KINH DOANH LÒ THỊ THỬ",
        "FOUNDING_DATE": "02/01/2020",
        "ChuHoKinhDoanh": {"HoVaTen": "LÒ THỊ THỬ"},
        "DiaChiTruSo": [{"DiaChiDayDu": "Bản Thử, Điện Biên"}],
    }

    async def detail(request: Request) -> Response:
        found = [shop] if request.query_params.get("mst") == SHOP else None
        return JSONResponse({"HHCert": found, "Status": "1", "Message": "Thành công"})

    simulator.handlers["/chiTietHoKinhDoanh"] = ("GET", detail)
    return simulator
