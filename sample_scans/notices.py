"""Letters, lists, confirmations and slips of agencies. The wording is the project's own."""

from __future__ import annotations

import numpy as np

from sample_scans.cases import Case
from sample_scans.decisions import office
from sample_scans.layout import Block, Entry, Form, Paragraph, Table
from sample_scans.people import person


def letter(case: Case, signer: str) -> Form:
    """An official letter whose number is written in by hand."""
    return Form(
        agency=("UBND HUYỆN MƯỜNG VÂN", "PHÒNG TÀI NGUYÊN", "VÀ MÔI TRƯỜNG"),
        number="Số: /TNMT-ĐĐ",
        handwritten="362",
        subject="V/v bổ sung hồ sơ biến động\nđất đai",
        place_date=case.place_date(),
        title=(),
        addressed="Kính gửi: Bộ phận Một cửa các xã trong huyện",
        body=(
            Paragraph(
                text="Qua theo dõi việc tiếp nhận hồ sơ đất đai quý III năm 2023, Phòng Tài nguyên và Môi trường "
                "nhận thấy một số hồ sơ chuyển đến còn thiếu biên bản xác minh thực địa, nhiều bản quét bị mờ, "
                "lệch hoặc thiếu trang, dẫn đến phải trả lại và kéo dài thời gian giải quyết của người dân."
            ),
            Paragraph(text="Để khắc phục, đề nghị Bộ phận Một cửa các xã thực hiện một số nội dung sau:"),
            Paragraph(
                text="1. Quét đủ các trang của từng giấy tờ, mỗi loại giấy tờ thành một tệp riêng, độ phân giải từ "
                "200 dpi trở lên; kiểm tra lại số trang trước khi chuyển."
            ),
            Paragraph(
                text="2. Đối với hồ sơ tiếp nhận trước ngày 01 tháng 7 năm 2023 chưa số hóa, hoàn thành việc số hóa "
                "thành phần hồ sơ trước ngày 30 tháng 11 năm 2023."
            ),
            Paragraph(text="3. Không yêu cầu người dân nộp lại giấy tờ đã có trong kho dữ liệu điện tử."),
            Paragraph(
                text="Trong quá trình thực hiện nếu có vướng mắc, đề nghị phản ánh về Phòng để được hướng dẫn./."
            ),
        ),
        roles=("TRƯỞNG PHÒNG",),
        signer=signer,
        sealed=("Ủy ban nhân dân huyện Mường Vân", "Phòng Tài nguyên và Môi trường"),
        recipients=("- Như trên;", "- UBND huyện (báo cáo);", "- Lưu: VT, TNMT."),
    )


def household_list(case: Case, rng: np.random.Generator, signer: str) -> Form:
    """A landscape table."""
    rows = []
    for i in range(1, 13):
        who = person(rng)
        money = f"{int(rng.integers(6, 40)) * 50}.000"
        state = ("Hộ nghèo", "Hộ cận nghèo")[int(rng.integers(2))]
        rows.append((str(i), who.name, f"{who.born:%d/%m/%Y}", who.people, f"Bản {who.village}", state, money))
    return Form(
        agency=office(case),
        title=("DANH SÁCH HỘ GIA ĐÌNH ĐỀ NGHỊ HỖ TRỢ NĂM 2023",),
        body=(
            Table(
                head=("STT", "Họ và tên chủ hộ", "Ngày sinh", "Dân tộc", "Nơi cư trú", "Diện hộ", "Số tiền (đồng)"),
                rows=tuple(rows),
                widths=(14, 58, 32, 26, 48, 40, 34),
                align="clccllr",
            ),
        ),
        landscape=True,
        size=12,
        roles=("NGƯỜI LẬP BIỂU",),
        signer=signer,
    )


def residence_confirmation(case: Case, signer: str) -> Form:
    body: tuple[Block, ...] = (
        Paragraph(text=f"Công an {case.commune} xác nhận thông tin về cư trú của công dân như sau:"),
        Entry(label="1. Họ, chữ đệm và tên:", value=case.person.name),
        Entry(label="2. Ngày, tháng, năm sinh:", value=f"{case.person.born:%d/%m/%Y}; 3. Giới tính: {case.person.sex}"),
        Entry(label="4. Số định danh cá nhân:", value=case.person.identity),
        Entry(label="5. Nơi thường trú:", value=case.home),
        Entry(label="6. Nơi ở hiện tại:", value=case.home),
        Entry(label="7. Nội dung xác nhận khác:", value="Không"),
        Paragraph(
            text="Xác nhận này có giá trị trong thời hạn một năm kể từ ngày cấp; khi thông tin về cư trú thay đổi "
            "thì xác nhận hết giá trị kể từ thời điểm thay đổi."
        ),
    )
    return Form(
        agency=("CÔNG AN HUYỆN MƯỜNG VÂN", f"CÔNG AN {case.commune.upper()}"),
        number="Số: 129/XN",
        title=("XÁC NHẬN THÔNG TIN VỀ CƯ TRÚ",),
        place_date=case.place_date(1),
        body=body,
        roles=("TRƯỞNG CÔNG AN XÃ",),
        signer=signer,
        sealed=("Công an huyện Mường Vân", f"Công an {case.commune}"),
    )


def request_for_papers(case: Case, signer: str) -> Form:
    return Form(
        agency=(*office(case)[:1], "BỘ PHẬN MỘT CỬA"),
        number="Số: 24/PYCBS",
        place_date=case.place_date(1),
        title=("PHIẾU YÊU CẦU BỔ SUNG, HOÀN THIỆN HỒ SƠ",),
        body=(
            Entry(label="Hồ sơ của ông/bà:", value=case.person.name),
            Entry(label="Địa chỉ:", value=case.home),
            Entry(label="Nội dung yêu cầu giải quyết:", value="Đăng ký thường trú"),
            Paragraph(text="Yêu cầu hoàn thiện hồ sơ gồm những nội dung sau:"),
            Paragraph(text="1. Bản chính giấy tờ chứng minh chỗ ở hợp pháp, kèm 01 bản chụp để đối chiếu."),
            Paragraph(text="2. Ý kiến đồng ý bằng văn bản của chủ hộ, có chữ ký của chủ hộ."),
            Paragraph(
                text="Lý do: bản quét gửi kèm hồ sơ trực tuyến bị mờ ở trang thứ hai, không đọc được số thửa đất."
            ),
            Paragraph(
                text="Trong quá trình hoàn thiện hồ sơ nếu có vướng mắc, ông/bà liên hệ Bộ phận Một cửa trong giờ "
                "làm việc để được hướng dẫn."
            ),
        ),
        roles=("NGƯỜI HƯỚNG DẪN", "(Ký, ghi rõ họ tên)"),
        signer=signer,
        typeface="sans",
        size=12,
    )
