"""Import of the dossiers: one line each, without any name of a person.

Columns (any order; names without regard to case, accents, spaces and punctuation; the names of the national exchange
record are understood too, and its JSON as it is, alone or under `data`):

    code*                  Mã hồ sơ, MaHoSo
    procedure*             Mã thủ tục, MaTTHC
    received_at*           Ngày tiếp nhận, NgayTiepNhan      an empty cell: counted as undated, in no period
    centre                 Mã bộ phận một cửa, Mã đơn vị     the receiving centre
    agency                 Cơ quan giải quyết, DonViXuLy
    channel                Kênh, KenhThucHien                1 in person, 2 online, 3 post, or in words
    status                 Trạng thái, TrangThaiHoSo         1 to 10, or in words; else done or accepted by resolved_at
    resolved_at            Ngày có kết quả, NgayKetThucXuLy
    returned_at            Ngày trả, NgayTra                 stands for an empty resolved_at
    components             Thành phần hồ sơ                  TP01:Đơn đề nghị;TP02:Giấy khai sinh   (see papers)
    components_digitized   Thành phần đã số hóa, DuocSoHoa   TP01;TP02, or 1 for all
    components_reused      Thành phần tái sử dụng            the same
    results                Kết quả                           KQ01:Giấy phép xây dựng
    results_digitized      Kết quả đã số hóa                 KQ01, or 1 for all
    submitted, issued      TaiLieuNop, DanhSachGiayToKetQua  lists of the exchange record (see exchange)

Dates: dd/MM/yyyy, yyyy-MM-dd, yyyyMMddHHmmss, in Asia/Ho_Chi_Minh. Where a line names no centre, it is the one whose
code begins the dossier's code (`H18.25-230914-0012`). A dossier code is what the province says it is: any code up to
64 characters is taken, one of an unusual form with a warning, because it will not be found in the text of scans.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from pipeline.clock import local, local_day
from pipeline.model import Centre, Channel, Component, Dossier, DossierStatus, Procedure, Result
from pipeline.register import exchange, files
from pipeline.register.layout import Column, Layout
from pipeline.register.lines import Line
from pipeline.register.papers import marked, papers
from pipeline.register.problems import ImportFile
from pipeline.understanding import dossier_code

LAYOUT = Layout(
    kind="dossiers",
    columns=(
        Column(field="code", headings=("Mã hồ sơ", "MaHoSo", "Số hồ sơ", "dossier_code"), required=True),
        Column(
            field="procedure",
            headings=("Mã thủ tục", "MaTTHC", "Mã thủ tục hành chính", "procedure_code"),
            required=True,
        ),
        Column(
            field="received_at",
            headings=("Ngày tiếp nhận", "NgayTiepNhan", "Ngày nhận", "Thời gian tiếp nhận", "received"),
            required=True,
        ),
        Column(
            field="centre",
            headings=("Mã bộ phận một cửa", "Mã đơn vị", "Mã đơn vị tiếp nhận", "Mã BPMC", "centre_code"),
        ),
        Column(field="agency", headings=("Cơ quan giải quyết", "DonViXuLy", "Mã cơ quan giải quyết", "Cơ quan")),
        Column(field="channel", headings=("Kênh", "KenhThucHien", "Hình thức tiếp nhận", "Hình thức nộp")),
        Column(field="status", headings=("Trạng thái", "TrangThaiHoSo", "Tình trạng")),
        Column(
            field="resolved_at",
            headings=("Ngày có kết quả", "NgayKetThucXuLy", "Ngày giải quyết", "Ngày giải quyết xong", "resolved"),
        ),
        Column(field="returned_at", headings=("Ngày trả", "NgayTra", "Ngày trả kết quả")),
        Column(field="components", headings=("Thành phần hồ sơ", "Thành phần", "Giấy tờ nộp")),
        Column(
            field="components_digitized",
            headings=("Thành phần đã số hóa", "DuocSoHoa", "Thành phần số hóa"),
        ),
        Column(field="components_reused", headings=("Thành phần tái sử dụng", "DuocTaiSuDung")),
        Column(field="results", headings=("Kết quả", "Giấy tờ kết quả")),
        Column(field="results_digitized", headings=("Kết quả đã số hóa", "Kết quả điện tử")),
        Column(field=exchange.SUBMITTED, headings=("TaiLieuNop",)),
        Column(field=exchange.ISSUED, headings=("DanhSachGiayToKetQua",)),
    ),
)

CHANNELS = {
    **{channel.value.replace("_", ""): channel for channel in Channel},
    **dict.fromkeys(("1", "tructiep", "taiquay"), Channel.IN_PERSON),
    **dict.fromkeys(("2", "tructuyen", "quamang"), Channel.ONLINE),
    **dict.fromkeys(("3", "buuchinh", "buuchinhcongich", "quabuuchinh"), Channel.POST),
}

STATUSES = {
    **{status.value.replace("_", ""): status for status in DossierStatus},
    **{str(number): status for number, status in enumerate(DossierStatus, start=1)},
    **dict.fromkeys(("moidangky", "moi", "choxacnhan", "chotiepnhan"), DossierStatus.NEW),
    **dict.fromkeys(("datiepnhan", "tiepnhan", "duoctiepnhan"), DossierStatus.ACCEPTED),
    **dict.fromkeys(("tuchoi", "khongduoctiepnhan", "tuchoitiepnhan"), DossierStatus.REJECTED),
    **dict.fromkeys(("dangxuly", "danggiaiquyet"), DossierStatus.PROCESSING),
    **dict.fromkeys(("yeucaubosung", "bosung", "chobosung", "yeucaubosunggiayto"), DossierStatus.SUPPLEMENT),
    **dict.fromkeys(("nghiavutaichinh", "thuchiennghiavutaichinh", "chothanhtoan"), DossierStatus.PAYMENT_DUE),
    **dict.fromkeys(("rut", "rutlai", "darut", "ruthoso", "congdanyeucauruthoso"), DossierStatus.WITHDRAWN),
    **dict.fromkeys(("dungxuly", "dung"), DossierStatus.STOPPED),
    **dict.fromkeys(("daxulyxong", "dagiaiquyet", "coketqua", "hoanthanh"), DossierStatus.DONE),
    **dict.fromkeys(("datraketqua", "datra"), DossierStatus.RETURNED),
}

_RESOLVED = (DossierStatus.DONE, DossierStatus.RETURNED)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What a dossier may refer to; None is not checked."""

    today: date
    centres: Mapping[str, Centre] | None
    procedures: Mapping[str, Procedure] | None


def read_dossiers(
    path: Path,
    *,
    today: date,
    centres: Iterable[Centre] | None = None,
    procedures: Iterable[Procedure] | None = None,
) -> ImportFile[Dossier]:
    """The dossiers of a file. Lines of an unknown or closed centre or of an unknown procedure are rejected where
    `centres` or `procedures` are given, dates after `today` (in Vietnam) always. Raises ImportRefused."""
    known = _Known(
        today=today,
        centres=None if centres is None else {centre.code.upper(): centre for centre in centres},
        procedures=None if procedures is None else {procedure.code: procedure for procedure in procedures},
    )
    return files.read(path, LAYOUT, lambda line: _dossier(line, known), lambda dossier: dossier.code)


def _dossier(line: Line, known: _Known) -> Dossier:
    code = _code(line)
    received, resolved = _dates(line, known.today)
    procedure = _procedure(line, known.procedures)
    names = {c.code: c.name for c in procedure.components}
    default = DossierStatus.DONE if resolved else DossierStatus.ACCEPTED
    status = line.choice("status", STATUSES, default)
    if status in _RESOLVED and resolved is None and not line.refused:
        line.warn("resolved_at", "is empty though the dossier is resolved", "bị trống dù hồ sơ đã có kết quả", "")
    return Dossier(
        code=code,
        centre=_centre(line, code, received, known.centres),
        procedure=procedure.code,
        agency=line.text("agency") or None,
        channel=line.choice("channel", CHANNELS, Channel.IN_PERSON),
        status=status,
        received_at=received,
        resolved_at=resolved,
        components=_components(line, names),
        results=_results(line),
    )


def _code(line: Line) -> str:
    code = line.code("code", required=True)
    if code and not line.refused and dossier_code.parse(code) is None:
        line.warn(
            "code", "is not of the usual form H18.25-230914-0012", "không đúng dạng thường gặp H18.25-230914-0012"
        )
    return code


def _dates(line: Line, today: date) -> tuple[datetime | None, datetime | None]:
    received = line.moment("received_at")
    resolved_field = "resolved_at" if line.text("resolved_at") else "returned_at"
    resolved = line.moment(resolved_field)
    for field, moment in (("received_at", received), (resolved_field, resolved)):
        if moment and local_day(moment) > today:
            line.refuse(field, "is in the future", "là ngày trong tương lai")
    if received and resolved and resolved < received and not _same_day_without_time(received, resolved):
        line.refuse(resolved_field, "is before the dossier was received", "sớm hơn ngày tiếp nhận")
    return received, resolved


def _same_day_without_time(received: datetime, resolved: datetime) -> bool:
    """A register often has the hour of reception but only the day of the result."""
    return local_day(received) == local_day(resolved) and local(resolved).time() == time()


def _centre(line: Line, dossier: str, received: datetime | None, known: Mapping[str, Centre] | None) -> str:
    given = line.code("centre")
    code = given or dossier.partition("-")[0]
    if known is None:
        if not given and "-" not in dossier:
            line.refuse_empty("centre")
        return code
    centre = known.get(code.upper())
    if centre is None:
        line.refuse("centre", "is no centre of the register", "không có trong danh mục bộ phận một cửa", code)
        return code
    day = local_day(received) if received else None
    if day and centre.closed and day > centre.closed:
        line.refuse(
            "centre",
            f"was closed on {centre.closed:%d/%m/%Y}, before the dossier was received",
            f"đã ngừng hoạt động từ {centre.closed:%d/%m/%Y}, trước ngày tiếp nhận",
            code,
        )
    if day and centre.opened and day < centre.opened:
        line.warn(
            "centre",
            f"opened on {centre.opened:%d/%m/%Y}, after the dossier was received",
            f"hoạt động từ {centre.opened:%d/%m/%Y}, sau ngày tiếp nhận",
            code,
        )
    return centre.code


def _procedure(line: Line, known: Mapping[str, Procedure] | None) -> Procedure:
    """The procedure, by its code or by the two first parts of it (`2.000379.000.00.00.H18` is `2.000379`)."""
    code = line.code("procedure", required=True)
    if known is None or not code:
        return Procedure(code=code, name="")
    procedure = known.get(code) or known.get(".".join(code.split(".")[:2]))
    if procedure is None:
        line.refuse("procedure", "is no procedure of the register", "không có trong danh mục thủ tục")
        return Procedure(code=code, name="")
    return procedure


def _components(line: Line, names: Mapping[str, str]) -> tuple[Component, ...]:
    if isinstance(line.values.get(exchange.SUBMITTED), list):
        return exchange.components(line, names)
    received = papers(line, "components")
    flagged = marked(line, "components_digitized", received, "flagged")
    reused = marked(line, "components_reused", received, "reused")
    return tuple(
        Component(
            code=paper.code,
            name=paper.name or names.get(paper.code, paper.code),
            flagged=paper.code in flagged,
            reused=paper.code in reused,
        )
        for paper in received
    )


def _results(line: Line) -> tuple[Result, ...]:
    if isinstance(line.values.get(exchange.ISSUED), list):
        return exchange.results(line)
    issued = papers(line, "results")
    flagged = marked(line, "results_digitized", issued, "flagged")
    return tuple(Result(code=p.code, name=p.name or p.code, flagged=p.code in flagged) for p in issued)
