"""Papers of births and deaths in several wordings and layouts, each with what it says; the words are our own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import numpy as np

from sample_scans import family_papers
from sample_scans.cases import Case
from sample_scans.decisions import office
from sample_scans.layout import Entry, Form, Paragraph, Table
from sample_scans.people import person
from sample_scans.written import VIETNAM, Written, dmy, in_words, issued, of, registered


def papers(case: Case, rng: np.random.Generator) -> Iterator[Written]:
    """Births, deaths, marriages, guardianship and recognition, each in its layouts."""
    yield from births(case, rng)
    yield from deaths(case, rng)
    yield from family_papers.papers(case, rng)


def births(case: Case, rng: np.random.Generator) -> Iterator[Written]:
    child, mother = case.child, person(rng, sex="Nữ", years=(1970, 1999))
    father = replace(person(rng, sex="Nam", years=(1970, 1999)), people=child.people)
    entry = registered(case, rng, child.born)
    born_at = f"Trạm Y tế {case.commune}, {case.district}, {case.province}"
    origin = f"{case.commune}, {case.district}, {case.province}"
    common = {
        **of("child", child, "name", "sex", "born", "people", "nationality"),
        ("child", "birth_place"): born_at,
        ("child", "origin"): origin,
        **of("mother", mother, "name", "year", "people", "nationality"),
        **of("father", father, "name", "year", "people", "nationality"),
    }
    rest = f"dân tộc: {{}}; quốc tịch: {VIETNAM}"
    yield Written(
        name="birth, extract",
        kind="birth",
        form=issued(
            case,
            Form(
                title=("TRÍCH LỤC KHAI SINH",),
                subtitle="(BẢN SAO)",
                number="Số: 12/TLKS-BS",
                size=13,
                body=(
                    Entry(label="Họ, chữ đệm, tên:", value=child.name.upper()),
                    Entry(
                        label="Ngày, tháng, năm sinh:", value=f"{dmy(child.born)}; ghi bằng chữ: {in_words(child.born)}"
                    ),
                    Entry(label="Giới tính:", value=f"{child.sex}; {rest.format(child.people)}"),
                    Entry(label="Nơi sinh:", value=born_at),
                    Entry(label="Quê quán:", value=origin),
                    Entry(label="Họ, chữ đệm, tên người mẹ:", value=mother.name),
                    Entry(label="Năm sinh:", value=f"{mother.born.year}; {rest.format(mother.people)}"),
                    Entry(label="Nơi cư trú:", value=case.home),
                    Entry(label="Họ, chữ đệm, tên người cha:", value=father.name),
                    Entry(label="Năm sinh:", value=f"{father.born.year}; {rest.format(father.people)}"),
                    Entry(label="Đã đăng ký khai sinh tại:", value=entry.at),
                    Entry(label="Số:", value=f"{entry.number}, Quyển số: {entry.book}, ngày đăng ký: {dmy(entry.on)}"),
                    Entry(label="Loại đăng ký:", value="Đăng ký đúng hạn"),
                ),
            ),
        ),
        says={
            **common,
            **entry.says(),
            ("mother", "address"): case.home,
            ("", "registration_kind"): "Đăng ký đúng hạn",
        },
    )
    columns = ("Nội dung", "Ghi")
    rows = (
        ("Họ và tên", child.name),
        ("Ngày sinh", dmy(child.born)),
        ("Giới tính", child.sex),
        ("Dân tộc", child.people),
        ("Nơi sinh", f"Trạm Y tế {case.commune}"),
        ("Họ và tên người mẹ", mother.name),
        ("Năm sinh", str(mother.born.year)),
        ("Họ và tên người cha", father.name),
        ("Năm sinh", str(father.born.year)),
        ("Số", f"{entry.number}"),
        ("Quyển số", entry.book),
        ("Ngày đăng ký", dmy(entry.on)),
        ("Nơi đăng ký", entry.at),
    )
    yield Written(
        name="birth, page of a book",
        kind="birth",
        form=Form(
            title=("SỔ ĐĂNG KÝ KHAI SINH",),
            agency=office(case),
            body=(Table(head=columns, rows=rows, widths=(62, 96), align="ll"),),
        ),
        says={
            key: value
            for key, value in {**common, **entry.says(), ("child", "birth_place"): f"Trạm Y tế {case.commune}"}.items()
            if key not in {(p, n) for p in ("mother", "father") for n in ("people", "nationality")}
            and key not in {("child", "nationality"), ("child", "origin"), ("", "number")}
        },
    )
    yield Written(
        name="birth, older certificate",
        kind="birth",
        form=issued(
            case,
            Form(
                title=("GIẤY KHAI SINH",),
                number=f"Số: {entry.number}",
                dotted=True,
                typeface="typewriter",
                size=11,
                body=(
                    Entry(label="Quyển số:", value=entry.book),
                    Entry(label="Họ và tên khai sinh:", value=f"{child.name}      Giới tính: {child.sex}"),
                    Entry(label="Sinh ngày:", value=in_words(child.born).removeprefix("ngày ")),
                    Entry(label="Dân tộc:", value=f"{child.people}, Quốc tịch: {VIETNAM}"),
                    Entry(label="Nơi sinh:", value=born_at),
                    Paragraph(text="PHẦN GHI VỀ NGƯỜI CHA", style="bold"),
                    Entry(label="Họ và tên:", value=father.name),
                    Entry(
                        label="Sinh năm:", value=f"{father.born.year}, Dân tộc: {father.people}, Quốc tịch: {VIETNAM}"
                    ),
                    Paragraph(text="PHẦN GHI VỀ NGƯỜI MẸ", style="bold"),
                    Entry(label="Họ và tên:", value=mother.name),
                    Entry(
                        label="Sinh năm:", value=f"{mother.born.year}, Dân tộc: {mother.people}, Quốc tịch: {VIETNAM}"
                    ),
                    Entry(label="Đăng ký ngày:", value=dmy(entry.on)),
                    Entry(label="Nơi đăng ký khai sinh:", value=entry.at),
                ),
            ),
        ),
        says={key: value for key, value in {**common, **entry.says()}.items() if key != ("child", "origin")},
    )


# --- deaths -------------------------------------------------------------------------------------------------


def deaths(case: Case, rng: np.random.Generator) -> Iterator[Written]:
    who, by = case.person, person(rng)
    died = date(2023, int(rng.integers(1, 9)), int(rng.integers(1, 28)))
    entry = registered(case, rng, died)
    hour = f"{int(rng.integers(0, 24)):02}:{int(rng.integers(0, 60)):02}"
    said_hour = f"{hour[:2]} giờ {hour[3:]} phút"
    common = {
        **of("deceased", who, "name", "sex", "born", "people", "nationality", "id"),
        ("deceased", "address"): case.home,
        ("deceased", "died"): died.isoformat(),
        ("deceased", "died_time"): hour,
        ("deceased", "death_place"): case.home,
        ("deceased", "cause"): "Bệnh già",
        **entry.says(),
    }
    yield Written(
        name="death, extract",
        kind="death",
        form=issued(
            case,
            Form(
                title=("TRÍCH LỤC KHAI TỬ",),
                number="Số: 07/TLKT",
                size=12.5,
                body=(
                    Entry(label="Họ, chữ đệm, tên:", value=who.name.upper()),
                    Entry(label="Ngày, tháng, năm sinh:", value=dmy(who.born)),
                    Entry(label="Giới tính:", value=f"{who.sex}; dân tộc: {who.people}; quốc tịch: {VIETNAM}"),
                    Entry(label="Số định danh cá nhân:", value=who.identity),
                    Entry(label="Nơi cư trú cuối cùng:", value=case.home),
                    Entry(label="Đã chết vào lúc:", value=f"{said_hour}, {in_words(died)}"),
                    Entry(label="Nơi chết:", value=case.home),
                    Entry(label="Nguyên nhân chết:", value="Bệnh già"),
                    *entry.lines,
                    Entry(label="Họ, chữ đệm, tên người đi khai tử:", value=by.name),
                    Entry(label="Quan hệ với người đã chết:", value="Con"),
                    Entry(label="Giấy tờ tùy thân:", value=f"Căn cước công dân số {by.identity}"),
                ),
            ),
        ),
        says={**common, **of("requester", by, "name", "id"), ("requester", "relation"): "Con"},
    )
    yield Written(
        name="death, older certificate",
        kind="death",
        form=issued(
            case,
            Form(
                title=("GIẤY CHỨNG TỬ",),
                number=f"Số: {entry.number}",
                typeface="sans",
                size=11.5,
                body=(
                    Entry(label="Quyển số:", value=entry.book),
                    Entry(label="Họ và tên:", value=f"{who.name}; Nam/Nữ: {who.sex}"),
                    Entry(label="Sinh ngày:", value=f"{dmy(who.born)}; Dân tộc: {who.people}; Quốc tịch: {VIETNAM}"),
                    Entry(label="Nơi thường trú:", value=case.home),
                    Entry(label="Số CMND/CCCD:", value=who.identity),
                    Entry(label="Chết lúc:", value=f"{said_hour} ngày {dmy(died)}"),
                    Entry(label="Nơi chết:", value=case.home),
                    Entry(label="Nguyên nhân chết:", value="Bệnh già"),
                    Entry(label="Ngày đăng ký:", value=dmy(entry.on)),
                    Entry(label="Nơi đăng ký:", value=entry.at),
                ),
            ),
        ),
        says=common,
    )
