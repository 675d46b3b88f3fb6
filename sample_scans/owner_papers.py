"""Papers that say who their owner is: declarations, cards, land certificates, decisions, and certificates of firms,
each with what it says. The wording is the project's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import numpy as np
from stdnum.vn import mst

from sample_scans import applications, decisions
from sample_scans.cases import SIGNERS, Case
from sample_scans.layout import Entry, Form, Paragraph
from sample_scans.people import person
from sample_scans.written import VIETNAM, Written, dmy, of


def papers(case: Case, rng: np.random.Generator) -> Iterator[Written]:
    for make in (declarations, cards, land, acts, firms):
        yield from make(case, rng)


def declarations(case: Case, rng: np.random.Generator) -> Iterator[Written]:  # noqa: ARG001  as all makers
    who = case.person
    says = {**of("requester", who, "name", "born", "sex", "people", "id"), ("requester", "address"): case.home}
    yield Written(
        name="declaration, marital status", kind="declaration", form=applications.marriage_declaration(case), says=says
    )
    yield Written(name="declaration, aid", kind="declaration", form=applications.aid_declaration(case), says=says)
    yield Written(
        name="declaration, in sentences",
        kind="declaration",
        form=Form(
            wrapped=True,
            title=("ĐƠN ĐỀ NGHỊ CẤP GIẤY PHÉP XÂY DỰNG",),
            addressed=f"Kính gửi: Ủy ban nhân dân {case.commune}",
            body=(
                Paragraph(
                    text=f"Tôi tên là: {who.name}, sinh ngày {dmy(who.born)}, giới tính: {who.sex}, số căn cước công "
                    f"dân: {who.identity}, cấp ngày 12/05/2021, nơi cấp: Cục Cảnh sát quản lý hành chính về trật tự xã "
                    "hội."
                ),
                Entry(label="Địa chỉ thường trú:", value=case.home),
                Entry(label="Số điện thoại:", value="0900 000 147"),
                Paragraph(text="Tôi đề nghị được cấp giấy phép xây dựng nhà ở trên thửa đất của gia đình tôi."),
            ),
            place_date=case.place_date(),
            roles=("NGƯỜI LÀM ĐƠN", "(Ký, ghi rõ họ tên)"),
            signer=who.name,
        ),
        says={**of("requester", who, "name", "born", "sex", "id"), ("requester", "address"): case.home},
    )


def cards(case: Case, rng: np.random.Generator) -> Iterator[Written]:  # noqa: ARG001
    who = case.person
    says = {
        **of("subject", who, "name", "born", "sex", "nationality", "id"),
        ("subject", "address"): case.home,
    }
    yield Written(
        name="card, two languages",
        kind="card",
        form=Form(
            wrapped=True,
            title=("CĂN CƯỚC CÔNG DÂN",),
            subtitle="Citizen Identity Card",
            dotted=False,
            typeface="sans",
            body=(
                Entry(label="Số / No.:", value=who.identity),
                Entry(label="Họ và tên / Full name:", value=""),
                Paragraph(text=who.name.upper()),
                Entry(label="Ngày sinh / Date of birth:", value=dmy(who.born)),
                Entry(label="Giới tính / Sex:", value=f"{who.sex}      Quốc tịch / Nationality: {VIETNAM}"),
                Entry(label="Quê quán / Place of origin:", value=f"{case.commune}, {case.district}, {case.province}"),
                Entry(label="Nơi thường trú / Place of residence:", value=case.home),
                Entry(label="Có giá trị đến / Date of expiry:", value="12/05/2031"),
            ),
        ),
        says={**says, ("subject", "origin"): f"{case.commune}, {case.district}, {case.province}"},
    )
    yield Written(
        name="card, newer",
        kind="card",
        form=Form(
            wrapped=True,
            title=("CĂN CƯỚC",),
            dotted=False,
            typeface="sans",
            size=12,
            body=(
                Entry(label="Số định danh cá nhân / Personal identification number:", value=who.identity),
                Entry(label="Họ, chữ đệm và tên khai sinh / Full name:", value=who.name.upper()),
                Entry(label="Ngày, tháng, năm sinh / Date of birth:", value=dmy(who.born)),
                Entry(label="Giới tính / Sex:", value=who.sex),
                Entry(label="Quốc tịch / Nationality:", value=VIETNAM),
                Entry(label="Nơi cư trú / Place of residence:", value=case.home),
            ),
        ),
        says=says,
    )


def land(case: Case, rng: np.random.Generator) -> Iterator[Written]:
    who, spouse = replace(case.person, sex="Nam"), person(rng, sex="Nữ")
    yield Written(
        name="land certificate",
        kind="land",
        form=Form(
            wrapped=True,
            title=("GIẤY CHỨNG NHẬN", "QUYỀN SỬ DỤNG ĐẤT, QUYỀN SỞ HỮU NHÀ Ở"),
            dotted=False,
            body=(
                Paragraph(text="I. Người sử dụng đất, chủ sở hữu nhà ở và tài sản khác gắn liền với đất", style="bold"),
                Paragraph(text=f"Ông: {who.name}, sinh năm {who.born.year}, CCCD số: {who.identity}"),
                Paragraph(text=f"Và vợ, bà: {spouse.name}, sinh năm {spouse.born.year}, CCCD số: {spouse.identity}"),
                Entry(label="Địa chỉ thường trú:", value=case.home),
                Paragraph(text="II. Thửa đất", style="bold"),
                Entry(label="Thửa đất số:", value="147; tờ bản đồ số: 23"),
                Entry(label="Địa chỉ thửa đất:", value=f"Bản {who.village}, {case.commune}"),
                Entry(label="Diện tích:", value="286,5 m²"),
            ),
            place_date=case.place_date(),
            roles=("TM. ỦY BAN NHÂN DÂN",),
            signer=SIGNERS[2],
            sealed=decisions.sealed_by(case),
        ),
        says={
            **of("subject", who, "name", "year", "id"),
            **of("person 1", spouse, "name", "year", "id"),
            ("person 1", "address"): case.home,
        },
    )


def acts(case: Case, rng: np.random.Generator) -> Iterator[Written]:  # noqa: ARG001
    who = case.person
    yield Written(
        name="confirmation, marital status",
        kind="",
        form=decisions.marriage_certificate(case, SIGNERS[1]),
        says={
            **of("subject", who, "name", "born", "sex", "people", "nationality", "id"),
            ("subject", "address"): case.home,
        },
    )
    yield Written(
        name="decision, in sentences",
        kind="",
        form=decisions.aid_decision(case, SIGNERS[3]),
        says={**of("subject", who, "name", "born"), ("subject", "address"): case.home},
    )


def firms(case: Case, rng: np.random.Generator) -> Iterator[Written]:
    who = case.person
    digits = f"56{int(rng.integers(10**6, 10**7)):07}"
    code = digits + mst.calc_check_digit(digits)
    name = f"CÔNG TY TNHH {who.village.upper()} ĐIỆN BIÊN"
    common = {("", "firm_code"): code, ("", "firm_name"): name, ("", "firm_address"): case.home}
    yield Written(
        name="business",
        kind="business",
        form=Form(
            wrapped=True,
            agency=("SỞ KẾ HOẠCH VÀ ĐẦU TƯ", "PHÒNG ĐĂNG KÝ KINH DOANH"),
            place_date=case.place_date(),
            title=("GIẤY CHỨNG NHẬN ĐĂNG KÝ DOANH NGHIỆP", "CÔNG TY TRÁCH NHIỆM HỮU HẠN MỘT THÀNH VIÊN"),
            dotted=False,
            size=12,
            body=(
                Entry(label="Mã số doanh nghiệp:", value=code),
                Paragraph(text=f"Đăng ký lần đầu: ngày {dmy(date(2019, 4, 15))}", centred=True),
                Paragraph(text="1. Tên công ty", style="bold"),
                Entry(label="Tên công ty viết bằng tiếng Việt:", value=name),
                Entry(label="Tên công ty viết tắt:", value="MUONG THEN CO"),
                Entry(label="2. Địa chỉ trụ sở chính:", value=case.home),
                Entry(label="Điện thoại:", value="0215 000 147"),
                Entry(label="3. Vốn điều lệ:", value="1.800.000.000 đồng"),
                Paragraph(text="4. Người đại diện theo pháp luật của công ty", style="bold"),
                Entry(label="* Họ và tên:", value=f"{who.name.upper()}      Giới tính: {who.sex}"),
                Entry(label="Chức danh:", value="Giám đốc"),
                Entry(label="Sinh ngày:", value=f"{dmy(who.born)}; Dân tộc: {who.people}; Quốc tịch: {VIETNAM}"),
                Entry(label="Số giấy tờ pháp lý của cá nhân:", value=who.identity),
                Entry(label="Địa chỉ thường trú:", value=case.home),
            ),
            roles=("TRƯỞNG PHÒNG",),
            signer=SIGNERS[4],
            sealed=("Sở Kế hoạch và Đầu tư", "Phòng Đăng ký kinh doanh"),
        ),
        says={
            **common,
            **of("agent", who, "name", "born", "sex", "people", "nationality", "id"),
            ("agent", "address"): case.home,
        },
    )
    shop = f"CỬA HÀNG TẠP HÓA {who.name.upper()}"
    yield Written(
        name="household business",
        kind="household",
        form=decisions.business_certificate(case, SIGNERS[2]),
        says={
            ("", "number"): "18A8000347",
            ("", "firm_name"): shop,
            ("", "firm_address"): case.home,
            **of("agent", who, "name", "born", "people", "id"),
        },
    )
    yield Written(
        name="household business, newer",
        kind="household",
        form=Form(
            wrapped=True,
            agency=("ỦY BAN NHÂN DÂN", case.commune.upper()),
            place_date=case.place_date(),
            title=("GIẤY CHỨNG NHẬN ĐĂNG KÝ HỘ KINH DOANH",),
            size=12.5,
            body=(
                Entry(label="Mã số hộ kinh doanh:", value=who.identity),
                Entry(label="1. Tên hộ kinh doanh:", value=shop),
                Entry(label="2. Trụ sở hộ kinh doanh:", value=case.home),
                Entry(label="3. Ngành, nghề kinh doanh:", value="Bán lẻ lương thực, thực phẩm"),
                Entry(label="4. Vốn kinh doanh:", value="50.000.000 đồng"),
                Paragraph(text="5. Thông tin về chủ hộ kinh doanh:", style="bold"),
                Entry(label="Họ và tên:", value=who.name),
                Entry(label="Ngày, tháng, năm sinh:", value=f"{dmy(who.born)}; Giới tính: {who.sex}"),
                Entry(label="Số định danh cá nhân:", value=who.identity),
            ),
            roles=("CHỦ TỊCH",),
            signer=SIGNERS[5],
            sealed=decisions.sealed_by(case),
        ),
        says={
            ("", "firm_code"): who.identity,
            ("", "firm_name"): shop,
            ("", "firm_address"): case.home,
            **of("agent", who, "name", "born", "sex", "id"),
        },
    )
