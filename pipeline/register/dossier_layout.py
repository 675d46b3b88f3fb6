"""The layout of files of dossiers: one line each, without any name of a person.

Columns (any order; names without regard to case, accents, spaces and punctuation; the names of the national exchange
record are understood too, and its JSON as it is, alone or under `data`):

    code*                  Mã hồ sơ, MaHoSo
    procedure*             Mã thủ tục, MaTTHC
    received_at*           Ngày tiếp nhận, NgayTiepNhan      an empty cell: counted as undated, in no period
    centre                 Mã bộ phận một cửa, Mã đơn vị     the receiving centre, by its code or its name
    agency                 Cơ quan giải quyết, DonViXuLy
    channel                Kênh, KenhThucHien                1 in person, 2 online, 3 post, or in words
    status                 Trạng thái, TrangThaiHoSo         1 to 10, or in words; else done or accepted by resolved_at
    resolved_at            Ngày có kết quả, NgayKetThucXuLy
    returned_at            Ngày trả, NgayTra                 stands for an empty resolved_at
    submitted_at           Ngày nộp, NgayNopHoSo
    rejected_at            Ngày từ chối, NgayTuChoi
    status_history         Lịch sử trạng thái                accepted@14/09/2023 08:00;returned@20/09/2023
    components             Thành phần hồ sơ                  TP01:Đơn đề nghị;TP02:Giấy khai sinh   (see papers)
    components_digitized   Thành phần đã số hóa, DuocSoHoa   TP01;TP02, or 1 for all
    components_reused      Thành phần tái sử dụng            the same
    results                Kết quả                           KQ01:Giấy phép xây dựng
    results_digitized      Kết quả đã số hóa                 KQ01, or 1 for all
    submitted, issued, supplements   TaiLieuNop, DanhSachGiayToKetQua, DanhSachHoSoBoSung: lists of the exchange record
                                                             (see exchange)

Dates: dd/MM/yyyy, yyyy-MM-dd, yyyyMMddHHmmss, in Asia/Ho_Chi_Minh. Where a line names no centre, it is the one whose
code begins the dossier's code (`H18.25-230914-0012`). A dossier code is what the province says it is: any code up to
64 characters is taken, one of an unusual form with a warning, because it will not be found in the text of scans.
"""

from __future__ import annotations

from pipeline.model import Channel, DossierStatus
from pipeline.register import exchange
from pipeline.register.layout import Column, Layout

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
        Column(field="submitted_at", headings=("Ngày nộp", "NgayNopHoSo", "Ngày nộp hồ sơ")),
        Column(field="rejected_at", headings=("Ngày từ chối", "NgayTuChoi")),
        Column(field="status_history", headings=("Lịch sử trạng thái", "Quá trình xử lý")),
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
        Column(field=exchange.SUPPLEMENTS, headings=("DanhSachHoSoBoSung",)),
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
