"""The portal behind its adapter: dossiers, progress, the catalogue of procedures and the store of digitized results."""

from __future__ import annotations

import base64
import copy
from collections.abc import Callable
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from connectors.simulators.base import Simulator
from pipeline.clock import local
from pipeline.model import System

_ENDED = ("3", "7", "8", "10")
"""A dossier that was refused, withdrawn, stopped or returned takes no earlier status any more."""
PAGE = 50


def make(clock: Callable[[], datetime]) -> Simulator:
    simulator = Simulator(
        system=System.PORTAL,
        clock=clock,
        token_path="/login",  # noqa: S106  a path
        bearer=False,
        coded=frozenset({"TrangThaiHoSo", "KenhThucHien"}),
    )
    portal = _Portal(simulator)
    simulator.handlers["/login"] = ("POST", portal.login)
    simulator.handlers["/adapter"] = ("POST", portal.call)
    simulator.handlers["/kho"] = ("POST", portal.store)
    simulator.handlers["/kho/tep"] = ("POST", portal.file)
    return simulator


def dossier(code: str, **more: Any) -> dict[str, Any]:
    """A dossier as the one-stop software entered it, of an invented person."""
    return {
        "MaHoSo": code,
        "MaTTHC": "1.004873",
        "TenTTHC": "Đăng ký biến động đất đai",
        "MaLinhVuc": "G13-DD01",
        "TenLinhVuc": "Đất đai",
        "KenhThucHien": "1",
        "ChuHoSo": "Nguyễn Văn Mẫu",
        "LoaiDoiTuong": "1",
        "DinhDanhCHS": [{"LoaiDinhDanh": "1", "SoDinhDanh": "011085000001"}],
        "NgayTiepNhan": "20230914080000",
        "TrangThaiHoSo": "4",
        "HinhThuc": "0",
        "DonViXuLy": "Văn phòng Đăng ký đất đai",
        "NoiNopHoSo": "2",
        "HoSoCoThanhPhanSoHoa": "0",
        "TaiKhoanDuocXacThucVoiVNeID": "0",
        "DuocThanhToanTrucTuyen": "0",
        "DSKetNoiCSDL": [{"MaCSDL": "1"}],
        "TaiLieuNop": [],
        "DanhSachGiayToKetQua": [],
        **more,
    }


def procedure(code: str, name: str) -> dict[str, Any]:
    return {
        "MATTHC": code,
        "TENTTHC": name,
        "LINHVUCTHUCHIEN": [{"MALINHVUC": "G13-DD01", "TENLINHVUC": "Đất đai"}],
        "THANHPHANHOSO": [
            {"TRUONGHOP": "", "GIAYTO": [{"MAGIAYTO": "TP01", "TENMAUDON": "Đơn đăng ký biến động"}]},
        ],
        "KETQUATHUCHIEN": [{"MAKETQUA": "KQ01", "TENKETQUA": "Giấy chứng nhận quyền sử dụng đất"}],
    }


class _Portal:
    """`records` are dossiers by code; beside them `procedures`, `progress` and the `store` of results."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._seen: dict[str, tuple[str, Any]] = {}
        self.progress: set[tuple[str, str, str]] = set()
        self.procedures: dict[str, dict[str, Any]] = {
            "1.004873": procedure("1.004873", "Đăng ký biến động đất đai"),
            "2.000635": procedure("2.000635", "Cấp bản sao trích lục hộ tịch"),
        }
        self.services = {
            "LayDanhSachTTHC": self._list_procedures,
            "LayThuTuc": self._procedure,
            "TraCuuHoSo": self._find,
            "LayDanhSachHoSo": self._list,
            "DongBoHoSoMC": self._sync,
            "CapNhatTienDoHoSoMC": self._progress,
        }

    async def login(self, request: Request) -> Response:
        if not await self._simulator.credentials_fit(request):
            return JSONResponse({"error_code": "-1", "message": "Sai tài khoản"})
        return JSONResponse({"error_code": "0", "message": "Thành công", "session": self._simulator.new_token()})

    async def call(self, request: Request) -> Response:
        given = await request.json()
        if not self._simulator.is_valid(str(given.get("session", ""))):
            return JSONResponse({"error_code": "401"}, 401)
        service = self.services.get(given.get("service"))
        if service is None:
            return JSONResponse({"error_code": "-1", "message": "Dịch vụ không tồn tại"})
        return JSONResponse(service(given))

    def _list_procedures(self, _: dict[str, Any]) -> dict[str, Any]:
        return _ok(result=[{"MATTHC": p["MATTHC"], "TENTTHC": p["TENTTHC"]} for p in self.procedures.values()])

    def _procedure(self, given: dict[str, Any]) -> dict[str, Any]:
        found = self.procedures.get(str(given.get("maTTHC")))
        return _ok(result=[found] if found else [])

    def _find(self, given: dict[str, Any]) -> dict[str, Any]:
        code = str(given.get("MaHoSo"))
        if self._simulator.generous:
            self._simulator.records.setdefault(code, dossier(code))
        found = self._simulator.records.get(code)
        return _ok(result=[found] if found else None)

    def _list(self, given: dict[str, Any]) -> dict[str, Any]:
        """Dossiers that have changed since; a change counts from when it is first seen here."""
        moment = f"{local(self._simulator.clock()):%Y%m%d%H%M%S}"
        for code, record in self._simulator.records.items():
            if self._seen.get(code, ("", None))[1] != record:
                self._seen[code] = (moment, copy.deepcopy(record))
        since, offset = str(given.get("tuNgay", "")), int(given.get("offset", 0))
        found = sorted((changed, code) for code, (changed, _) in self._seen.items() if changed >= since)
        return _ok(result=[self._simulator.records[code] for _, code in found[offset : offset + PAGE]])

    def _sync(self, given: dict[str, Any]) -> dict[str, Any]:
        updating = given.get("isUpdating") == "True"
        for sent in given.get("data", []):
            code = sent.get("MaHoSo", "")
            known = self._simulator.records.get(code)
            if known and not updating:
                return {"error_code": "3", "message": f"Hồ sơ {code} đã tồn tại"}
            if updating and not known:
                return {"error_code": "-1", "message": "Cập nhật không thành công: hồ sơ chưa có"}
            for name in ("MaTTHC", "TenTTHC", "LoaiDoiTuong", "TrangThaiHoSo", "DinhDanhCHS"):
                if not sent.get(name):
                    return {"error_code": "-1", "message": f"{name} không được để trống"}
            if sent != known:
                self._simulator.records[code] = sent
                self._simulator.arrivals[code] += 1
        return {"error_code": "00", "message": "Đồng bộ hồ sơ thành công"}

    def _progress(self, given: dict[str, Any]) -> dict[str, Any]:
        entries = given.get("data", [])
        if len(entries) > 10:
            return {"error_code": "-1", "message": "Mỗi lần tối đa 10 tiến độ"}
        for entry in entries:
            known = self._simulator.records.get(entry.get("MaHoSo"))
            if known is None:
                return {"error_code": "-1", "message": "Hồ sơ chưa đồng bộ"}
            if known["TrangThaiHoSo"] in _ENDED and entry["TrangThai"] != known["TrangThaiHoSo"]:
                return {"error_code": "-1", "message": "Trạng thái không hợp lệ, cập nhật không thành công"}
            self.progress.add((entry["MaHoSo"], entry["ThoiDiemXuLy"], entry["NoiDungXuLy"]))
        return {"error_code": "00", "message": "Thành công"}

    async def store(self, request: Request) -> Response:
        given = await request.json()
        results = [
            {
                "MaKetQua": "KQ01",
                "TenGiayTo": "Giấy chứng nhận quyền sử dụng đất",
                "SoKyHieu": "01/GCN",
                "CoQuanChuQuan": "H18",
                "DanhSachTepDinhKem": {"TenTep": "gcn.pdf", "DuongDan": "/kho/gcn.pdf"},
            }
        ]
        known = given.get("SoDinhDanhChuSoHuu") == "011085000001"
        return JSONResponse(
            {
                "errorCode": "0",
                "message": "Thành công",
                "signature": "",
                "result": {"DanhSachGiayToKetQua": results if known else None},
            }
        )

    async def file(self, request: Request) -> Response:
        given = await request.json()
        if given.get("DuongDan") != "/kho/gcn.pdf":
            return Response("<!DOCTYPE html><html><body>Không tìm thấy</body></html>", media_type="text/html")
        return JSONResponse(base64.b64encode(b"%PDF-1.4\n%%EOF\n").decode())


def _ok(**more: Any) -> dict[str, Any]:
    return {"error_code": "0", "message": "Thành công", **more}
