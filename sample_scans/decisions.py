"""Papers that agencies issue. The wording is the project's own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sample_scans.cases import Case
from sample_scans.layout import Entry, Form, Paragraph, Table
from sample_scans.people import Person, person


def office(case: Case) -> tuple[str, ...]:
    return ("ỦY BAN NHÂN DÂN", case.commune.upper())


def sealed_by(case: Case) -> tuple[str, str]:
    return f"{case.district} · {case.province}", f"Ủy ban nhân dân {case.commune}"


def _kept(case: Case, *others: str) -> tuple[str, ...]:
    """The list of recipients, which ends with the file that the dossier's copy is kept in."""
    return (*others, f"- Lưu: VT, hồ sơ {case.code}." if case.code else "- Lưu: VT.")


CHAIR = ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH")
DEPUTY = ("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")


def marriage_certificate(case: Case, signer: str) -> Form:
    who = case.person
    return Form(
        agency=office(case),
        number="Số: 47/UBND-XNTTHN",
        place_date=case.place_date(2),
        title=("GIẤY XÁC NHẬN TÌNH TRẠNG HÔN NHÂN",),
        dotted=False,
        body=(
            Paragraph(text=f"Xét đề nghị của ông/bà {who.name} về việc cấp Giấy xác nhận tình trạng hôn nhân;"),
            Paragraph(text=f"Ủy ban nhân dân {case.commune} xác nhận:"),
            Entry(label="Họ, chữ đệm, tên:", value=who.name),
            Entry(label="Ngày, tháng, năm sinh:", value=f"{who.born:%d/%m/%Y}"),
            Entry(label="Giới tính:", value=f"{who.sex}; dân tộc: {who.people}; quốc tịch: Việt Nam"),
            Entry(label="Giấy tờ tùy thân:", value=f"Căn cước công dân số {who.identity}"),
            Entry(label="Nơi cư trú:", value=case.home),
            Entry(label="Tình trạng hôn nhân:", value="Chưa đăng ký kết hôn với ai"),
            Paragraph(
                text="Giấy này được cấp để sử dụng vào mục đích làm thủ tục vay vốn tại ngân hàng, có giá trị trong "
                "thời hạn sáu tháng kể từ ngày cấp và không dùng để đăng ký kết hôn."
            ),
        ),
        roles=CHAIR,
        signer=signer,
        sealed=sealed_by(case),
        recipients=_kept(case, "- Người được cấp;"),
    )


def _father(case: Case, rng: np.random.Generator) -> Person:
    """The child has its family name and people from him."""
    family = case.child.name.split()[0]
    given = "A Páo" if case.child.people == "Mông" else "Văn Thoản"
    return replace(person(rng, sex="Nam", years=(1975, 1995)), name=f"{family} {given}", people=case.child.people)


def birth_certificate(case: Case, rng: np.random.Generator, signer: str) -> Form:
    mother, father = case.person, _father(case, rng)
    return Form(
        agency=office(case),
        number="Số: 63/2023",
        title=("GIẤY KHAI SINH",),
        subtitle="(BẢN SAO)",
        place_date=case.place_date(3),
        body=(
            Entry(label="Họ, chữ đệm, tên:", value=case.child.name.upper()),
            Entry(label="Ngày, tháng, năm sinh:", value=f"{case.day:%d/%m/%Y}"),
            Entry(label="Giới tính:", value=f"{case.child.sex}; dân tộc: {case.child.people}; quốc tịch: Việt Nam"),
            Entry(label="Nơi sinh:", value=f"Trạm Y tế {case.commune}, {case.district}"),
            Entry(label="Quê quán:", value=f"{case.commune}, {case.district}, {case.province}"),
            Entry(label="Họ, chữ đệm, tên người mẹ:", value=mother.name),
            Entry(label="Năm sinh:", value=f"{mother.born.year}; dân tộc: {mother.people}; quốc tịch: Việt Nam"),
            Entry(label="Họ, chữ đệm, tên người cha:", value=father.name),
            Entry(label="Năm sinh:", value=f"{father.born.year}; dân tộc: {father.people}; quốc tịch: Việt Nam"),
            Entry(label="Nơi đăng ký khai sinh:", value=f"Ủy ban nhân dân {case.commune}"),
            Entry(label="Mã hồ sơ:", value=case.code),
        ),
        roles=("NGƯỜI KÝ BẢN SAO", "CHỦ TỊCH"),
        signer=signer,
        sealed=sealed_by(case),
    )


def land_decision(case: Case, rng: np.random.Generator, signer: str) -> tuple[Form, Form, Form]:
    """Three pages: the decision, its second page with the signature, an annex with a table."""
    first = Form(
        agency=office(case),
        number="Số: 218/QĐ-UBND",
        place_date=case.place_date(9),
        title=("QUYẾT ĐỊNH", "Công nhận biến động đất đai của hộ gia đình"),
        subtitle=f"CHỦ TỊCH ỦY BAN NHÂN DÂN {case.commune.upper()}",
        body=(
            Paragraph(text="Căn cứ Luật Tổ chức chính quyền địa phương;"),
            Paragraph(text="Căn cứ Luật Đất đai và các văn bản hướng dẫn thi hành;"),
            Paragraph(text="Căn cứ kế hoạch sử dụng đất năm 2023 của huyện đã được Ủy ban nhân dân tỉnh phê duyệt;"),
            Paragraph(text=f"Xét hồ sơ mã số {case.code} tiếp nhận ngày {case.day:%d/%m/%Y} tại Bộ phận Một cửa;"),
            Paragraph(text=f"Căn cứ biên bản xác minh thực địa do công chức địa chính - xây dựng {case.commune} lập;"),
            Paragraph(text="Theo đề nghị của công chức địa chính - xây dựng xã,"),
            Paragraph(text="QUYẾT ĐỊNH:", style="bold", centred=True),
            Paragraph(
                text="Điều 1. Công nhận nội dung biến động đối với thửa đất số 147, tờ bản đồ số 23 của hộ ông/bà "
                f"{case.person.name}, thường trú tại {case.home}."
            ),
            Paragraph(
                text="Điều 2. Diện tích đất ở sau khi biến động là 200 m², diện tích đất trồng cây lâu năm là 86,5 "
                "m². Ranh giới, mốc giới thửa đất giữ nguyên theo hồ sơ đo đạc đã được các hộ liền kề ký xác "
                "nhận. Danh sách các hộ liền kề được ghi tại Phụ lục kèm theo Quyết định này."
            ),
        ),
    )
    second = Form(
        title=(),
        motto=False,
        body=(
            Paragraph(
                text="Điều 3. Hộ gia đình có trách nhiệm sử dụng đất đúng mục đích, đúng ranh giới, thực hiện nghĩa "
                "vụ tài chính theo thông báo của cơ quan thuế và nộp lại trang bổ sung cũ khi nhận kết quả."
            ),
            Paragraph(
                text="Điều 4. Công chức địa chính - xây dựng cập nhật biến động vào sổ địa chính trong thời hạn ba "
                "ngày làm việc; Bộ phận Một cửa trả kết quả và lưu bản điện tử vào kho dữ liệu của tổ chức, cá "
                "nhân."
            ),
            Paragraph(
                text="Điều 5. Văn phòng Ủy ban nhân dân xã, công chức địa chính - xây dựng, trưởng bản và hộ gia "
                "đình có tên tại Điều 1 chịu trách nhiệm thi hành Quyết định này kể từ ngày ký."
            ),
        ),
        roles=CHAIR,
        signer=signer,
        sealed=sealed_by(case),
        recipients=_kept(case, "- Như Điều 5;", "- Chi nhánh VPĐKĐĐ huyện;"),
    )
    rows = []
    for i in range(1, 7):
        who = person(rng)
        rows.append(
            (str(i), who.name, str(140 + i * 3), f"{float(rng.uniform(120, 600)):.1f}".replace(".", ","), "Đã ký")
        )
    annex = Form(
        title=("PHỤ LỤC", "DANH SÁCH CÁC HỘ LIỀN KỀ"),
        motto=False,
        body=(
            Paragraph(text="Kèm theo Quyết định số 218/QĐ-UBND của Chủ tịch Ủy ban nhân dân xã"),
            Table(
                head=("STT", "Họ và tên chủ hộ", "Thửa số", "Diện tích (m²)", "Xác nhận"),
                rows=tuple(rows),
                widths=(14, 58, 24, 36, 28),
                align="clcrc",
            ),
        ),
    )
    return first, second, annex


def business_certificate(case: Case, signer: str) -> Form:
    return Form(
        agency=("ỦY BAN NHÂN DÂN HUYỆN", "PHÒNG TÀI CHÍNH - KẾ HOẠCH"),
        number="Số: 18A8000347",
        title=("GIẤY CHỨNG NHẬN", "ĐĂNG KÝ HỘ KINH DOANH"),
        dotted=False,
        place_date=case.place_date(3),
        body=(
            Paragraph(text=f"Đăng ký lần đầu, mã hồ sơ {case.code}", style="italic", centred=True),
            Entry(label="1. Tên hộ kinh doanh:", value=f"CỬA HÀNG TẠP HÓA {case.person.name.upper()}"),
            Entry(label="2. Địa chỉ trụ sở:", value=case.home),
            Entry(label="3. Ngành, nghề kinh doanh:", value="Bán lẻ lương thực, thực phẩm, đồ uống"),
            Entry(label="4. Vốn kinh doanh:", value="180.000.000 đồng"),
            Entry(label="5. Chủ hộ kinh doanh:", value=case.person.name),
            Entry(label="Sinh ngày:", value=f"{case.person.born:%d/%m/%Y}; dân tộc: {case.person.people}"),
            Entry(label="Số CCCD:", value=case.person.identity),
            Entry(label="6. Chủ thể thành lập:", value="Thành viên hộ gia đình"),
        ),
        roles=("TRƯỞNG PHÒNG",),
        signer=signer,
        sealed=("Ủy ban nhân dân huyện Mường Vân", "Phòng Tài chính - Kế hoạch"),
    )


def aid_decision(case: Case, signer: str) -> Form:
    return Form(
        agency=office(case),
        number="Số: 91/QĐ-UBND",
        place_date=case.place_date(6),
        title=("QUYẾT ĐỊNH", "Trợ cấp xã hội hằng tháng"),
        subtitle=f"ỦY BAN NHÂN DÂN {case.commune.upper()}",
        body=(
            Paragraph(text="Căn cứ Luật Tổ chức chính quyền địa phương;"),
            Paragraph(text="Căn cứ quy định của Chính phủ về chính sách trợ giúp đối với đối tượng bảo trợ xã hội;"),
            Paragraph(text=f"Xét biên bản họp Hội đồng xét duyệt và hồ sơ {case.code},"),
            Paragraph(text="QUYẾT ĐỊNH:", style="bold", centred=True),
            Paragraph(
                text=f"Điều 1. Trợ cấp xã hội hằng tháng cho ông/bà {case.person.name}, sinh ngày "
                f"{case.person.born:%d/%m/%Y}, hiện cư trú tại {case.home}, với mức 540.000 đồng một tháng, kể "
                "từ ngày 01 tháng 10 năm 2023."
            ),
            Paragraph(
                text="Điều 2. Kinh phí chi trả từ nguồn bảo đảm xã hội của huyện, chi trả qua tổ chức dịch vụ bưu "
                "chính trước ngày 15 hằng tháng. Khi người hưởng thay đổi nơi cư trú thì Ủy ban nhân dân xã "
                "lập hồ sơ chuyển đi."
            ),
            Paragraph(
                text="Điều 3. Công chức văn hóa - xã hội, kế toán xã và người có tên tại Điều 1 chịu trách nhiệm "
                "thi hành."
            ),
        ),
        roles=DEPUTY,
        signer=signer,
        sealed=sealed_by(case),
        recipients=_kept(case, "- Như Điều 3;", "- Phòng LĐTBXH huyện;"),
    )
