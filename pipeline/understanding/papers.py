"""The kinds of paper that the offices write and receive, by the words that their titles begin with.

Sources: the types of documents of Decree 30/2020/NĐ-CP, article 7, and the forms that citizens hand in.
"""

from __future__ import annotations

import re

from pipeline.text import fold

_KINDS = (
    # Decree 30/2020/NĐ-CP, article 7, and the laws above it
    "nghị quyết, quyết định, chỉ thị, quy chế, quy định, thông cáo, thông báo, hướng dẫn, chương trình, kế hoạch, "
    "phương án, đề án, dự án, báo cáo, biên bản, tờ trình, hợp đồng, công điện, bản ghi nhớ, bản thoả thuận, "
    "giấy uỷ quyền, giấy mời, giấy giới thiệu, giấy nghỉ phép, phiếu, thư công, nghị định, thông tư, luật, bộ luật, "
    "hiến pháp, "
    # what citizens hand in and centres give out
    "đơn, tờ khai, giấy, bản cam kết, bản cam đoan, bản khai, bản kê, bản vẽ, bản đồ, bản sao, bản thuyết minh, "
    "bản tường trình, bản mô tả, bản trích, trích lục, trích đo, chứng chỉ, chứng nhận, bằng, học bạ, sổ, văn bản, "
    "danh sách, sơ đồ, hoá đơn, lý lịch, sơ yếu lý lịch, hồ sơ, căn cước, thẻ, di chúc, điều lệ, phụ lục, mảnh trích, "
    "lệnh, bảng, tài liệu, thuyết minh, cam kết, xác nhận, hợp đồng, ý kiến"
)
KINDS = frozenset(fold(kind) for kind in _KINDS.split(", "))
_LONGEST = max(len(kind.split()) for kind in KINDS)


def begins_as_paper(text: str) -> bool:
    """Whether the first words are a kind of paper (`Giấy chứng nhận ...`, `TỜ KHAI ...`)."""
    words = re.findall(r"[^\W_]+", fold(text))
    return any(" ".join(words[:count]) in KINDS for count in range(1, _LONGEST + 1))
