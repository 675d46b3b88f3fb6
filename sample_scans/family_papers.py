"""Papers of marriages, guardianship and recognition in several layouts, each with what it says, in words of our own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np

from sample_scans.cases import Case
from sample_scans.decisions import office
from sample_scans.layout import Block, Entry, Form, Pair, Paragraph, Table
from sample_scans.people import Person, person
from sample_scans.written import VIETNAM, Written, dmy, issued, of, registered


def papers(case: Case, rng: np.random.Generator) -> Iterator[Written]:
    yield from marriages(case, rng)
    yield from guardianships(case, rng)
    yield from recognitions(case, rng)


def marriages(case: Case, rng: np.random.Generator) -> Iterator[Written]:
    man, woman = person(rng, sex="Nam"), person(rng, sex="Nữ")
    entry = registered(case, rng, date(2023, int(rng.integers(1, 9)), 3))
    homes = f"Bản {man.village}, {case.commune}", f"Bản {woman.village}, {case.commune}"
    common = {
        **of("husband", man, "name", "born", "people", "nationality", "id"),
        **of("wife", woman, "name", "born", "people", "nationality", "id"),
        ("husband", "address"): homes[0],
        ("wife", "address"): homes[1],
        **entry.says(),
    }

    def both(label: str, his: str, hers: str) -> Pair:
        return Pair(left=Entry(label=label, value=hers), right=Entry(label=label, value=his))

    yield Written(
        name="marriage, two columns",
        kind="marriage",
        form=issued(
            case,
            Form(
                title=("GIẤY CHỨNG NHẬN KẾT HÔN",),
                size=11.5,
                dotted=False,
                body=(
                    Pair(
                        left=Entry(label="Họ, chữ đệm, tên vợ:", value=woman.name),
                        right=Entry(label="Họ, chữ đệm, tên chồng:", value=man.name),
                    ),
                    both("Ngày, tháng, năm sinh:", dmy(man.born), dmy(woman.born)),
                    both("Dân tộc:", man.people, woman.people),
                    both("Quốc tịch:", VIETNAM, VIETNAM),
                    both("Nơi cư trú:", homes[0], homes[1]),
                    both("Giấy tờ tùy thân:", f"CCCD số {man.identity}", f"CCCD số {woman.identity}"),
                    *entry.lines,
                    Entry(label="Loại đăng ký:", value="Đăng ký lần đầu"),
                ),
            ),
        ),
        says={**common, ("", "registration_kind"): "Đăng ký lần đầu"},
    )

    def part(who: Person, home: str) -> tuple[Block, ...]:
        return (
            Entry(label="Họ và tên:", value=who.name.upper()),
            Entry(label="Ngày sinh:", value=f"{dmy(who.born)}; Dân tộc: {who.people}; Quốc tịch: {VIETNAM}"),
            Entry(label="Nơi đăng ký thường trú:", value=home),
            Entry(label="Số định danh cá nhân:", value=who.identity),
        )

    yield Written(
        name="marriage, one after the other",
        kind="marriage",
        form=issued(
            case,
            Form(
                title=("TRÍCH LỤC KẾT HÔN",),
                number="Số: 31/TLKH-BS",
                typeface="sans",
                size=11.5,
                body=(
                    Paragraph(text="BÊN NAM", style="bold"),
                    *part(man, homes[0]),
                    Paragraph(text="BÊN NỮ", style="bold"),
                    *part(woman, homes[1]),
                    *entry.lines,
                ),
            ),
        ),
        says=common,
    )
    yield Written(
        name="marriage, table",
        kind="marriage",
        form=Form(
            title=("SỔ ĐĂNG KÝ KẾT HÔN",),
            agency=office(case),
            size=12,
            body=(
                *entry.lines,
                Table(
                    head=("", "Chồng", "Vợ"),
                    rows=(
                        ("Họ và tên", man.name, woman.name),
                        ("Ngày sinh", dmy(man.born), dmy(woman.born)),
                        ("Dân tộc", man.people, woman.people),
                        ("Số CCCD", man.identity, woman.identity),
                    ),
                    widths=(42, 58, 58),
                    align="lll",
                ),
            ),
        ),
        says={key: value for key, value in common.items() if key[1] not in ("nationality", "address")},
    )


# --- guardianship and recognition ---------------------------------------------------------------------------


def guardianships(case: Case, rng: np.random.Generator) -> Iterator[Written]:
    guardian, ward = case.person, case.child
    entry = registered(case, rng, case.day)
    common = {
        **of("guardian", guardian, "name", "born", "id"),
        ("guardian", "address"): case.home,
        **of("ward", ward, "name", "born"),
    }
    yield Written(
        name="guardianship, extract",
        kind="guardianship",
        form=issued(
            case,
            Form(
                title=("TRÍCH LỤC ĐĂNG KÝ GIÁM HỘ",),
                number="Số: 02/TLGH",
                size=13,
                body=(
                    Paragraph(text="NGƯỜI GIÁM HỘ", style="bold"),
                    Entry(label="Họ, chữ đệm, tên:", value=guardian.name),
                    Entry(label="Ngày, tháng, năm sinh:", value=dmy(guardian.born)),
                    Entry(label="Giới tính:", value=f"{guardian.sex}; dân tộc: {guardian.people}"),
                    Entry(label="Giấy tờ tùy thân:", value=f"Căn cước công dân số {guardian.identity}"),
                    Entry(label="Nơi cư trú:", value=case.home),
                    Paragraph(text="NGƯỜI ĐƯỢC GIÁM HỘ", style="bold"),
                    Entry(label="Họ, chữ đệm, tên:", value=ward.name),
                    Entry(label="Ngày, tháng, năm sinh:", value=dmy(ward.born)),
                    Entry(label="Giới tính:", value=f"{ward.sex}; dân tộc: {ward.people}"),
                    *entry.lines,
                ),
            ),
        ),
        says={
            **common,
            **entry.says(),
            **of("guardian", guardian, "sex", "people"),
            **of("ward", ward, "sex", "people"),
        },
    )
    yield Written(
        name="guardianship, decision",
        kind="guardianship",
        form=issued(
            case,
            Form(
                title=("QUYẾT ĐỊNH", "Về việc công nhận giám hộ"),
                number="Số: 15/QĐ-UBND",
                body=(
                    Paragraph(text="Căn cứ Luật Hộ tịch và các văn bản hướng dẫn thi hành;"),
                    Paragraph(text="Xét đề nghị của công chức tư pháp - hộ tịch xã,"),
                    Paragraph(text="QUYẾT ĐỊNH:", style="bold", centred=True),
                    Paragraph(text="Điều 1. Công nhận việc giám hộ giữa những người có tên sau đây:"),
                    Entry(label="Người giám hộ:", value=guardian.name),
                    Entry(label="Sinh ngày:", value=f"{dmy(guardian.born)}; số định danh cá nhân: {guardian.identity}"),
                    Entry(label="Nơi cư trú:", value=case.home),
                    Entry(label="Người được giám hộ:", value=ward.name),
                    Entry(label="Sinh ngày:", value=dmy(ward.born)),
                    Paragraph(text="Điều 2. Quyết định này có hiệu lực kể từ ngày ký."),
                ),
            ),
        ),
        says=common,
    )


def recognitions(case: Case, rng: np.random.Generator) -> Iterator[Written]:
    father, child = person(rng, sex="Nam", years=(1970, 1995)), case.child
    entry = registered(case, rng, case.day)
    common = {
        **of("father", father, "name", "born", "people", "id"),
        **of("child", child, "name", "born", "people"),
        ("", "recognition"): "Cha nhận con",
        **entry.says(),
    }
    yield Written(
        name="recognition, extract",
        kind="recognition",
        form=issued(
            case,
            Form(
                title=("TRÍCH LỤC ĐĂNG KÝ NHẬN CHA, MẸ, CON",),
                number="Số: 05/TLNCMC",
                size=13,
                body=(
                    Entry(label="Loại việc:", value="Cha nhận con"),
                    Entry(label="Họ, chữ đệm, tên người cha:", value=father.name),
                    Entry(label="Ngày, tháng, năm sinh:", value=dmy(father.born)),
                    Entry(label="Dân tộc:", value=father.people),
                    Entry(label="Giấy tờ tùy thân:", value=f"Căn cước công dân số {father.identity}"),
                    Entry(label="Họ, chữ đệm, tên người con:", value=child.name),
                    Entry(label="Ngày, tháng, năm sinh:", value=dmy(child.born)),
                    Entry(label="Dân tộc:", value=child.people),
                    *entry.lines,
                ),
            ),
        ),
        says=common,
    )
