"""The words of the lists and sheets that a centre works with, in Vietnamese and English."""

from __future__ import annotations

from collections.abc import Mapping

WORK_WORDS: Mapping[str, tuple[str, str]] = {
    "sampled": ("văn bản đã số hóa của kỳ", "digitized documents of the period"),
    "sheet_hint": (
        "So từng trang với phần chữ đã đọc, chọn đạt hay chưa đạt, rồi lưu kết quả và chuyển tệp cho người quản trị.",
        "Compare each page with what was read, choose, then save the result and hand the file to the administrator.",
    ),
    "sheet_save": ("Lưu kết quả", "Save the result"),
    "page": ("trang", "page"),
    "pages": ("trang", "pages"),
    "no_picture": ("không mở được trang này", "this page cannot be opened"),
    "read_text": ("Phần chữ đã đọc", "What was read"),
    "verdict": ("Kết luận", "Verdict"),
    "verdict_yes": ("Đạt: chữ đúng với trang giấy", "Accepted: the text is what the page says"),
    "verdict_no": ("Chưa đạt", "Not accepted"),
    "verdict_note": ("Ghi chú", "Note"),
    "todo": ("Việc cần làm", "To do"),
    "about": ("Văn bản hoặc hồ sơ", "Document or dossier"),
    "since_day": ("Từ ngày", "Since"),
    "detail": ("Chi tiết", "Detail"),
    "what_helps": ("Cách xử lý", "What helps"),
    "no_papers": ("không có giấy tờ nào", "no papers at all"),
    "state_received": ("chờ đọc", "waits to be read"),
    "state_reading": ("đang đọc", "being read"),
    "state_done": ("đã đọc", "read"),
    "state_failed": ("không đọc được", "could not be read"),
    "todo_unmatched": ("Văn bản chưa có hồ sơ", "Document without a dossier"),
    "todo_unmatched_help": (
        "sohoa match VĂN_BẢN MÃ_HỒ_SƠ --component MÃ",
        "sohoa match DOCUMENT DOSSIER --component CODE",
    ),
    "todo_missing": ("Hồ sơ chưa đủ tệp số hóa", "Dossier without all its files"),
    "todo_missing_help": (
        "quét giấy tờ còn thiếu vào thư mục của đơn vị",
        "scan what is missing into the centre's folder",
    ),
    "todo_undated": ("Hồ sơ không có ngày tiếp nhận", "Dossier without a date of reception"),
    "todo_undated_help": ("sửa trong hệ thống một cửa rồi nhập lại", "correct it in the one-stop system, import again"),
    "todo_copied": ("Kết quả trùng tệp với thành phần", "Result with a component's file"),
    "todo_draft": ("Mục sổ hộ tịch cần người kiểm tra", "Entry of a civil-status book to be checked"),
    "todo_draft_help": (
        "sohoa connections draft VĂN_BẢN, rồi sohoa connections complete VĂN_BẢN",
        "sohoa connections draft DOCUMENT, then sohoa connections complete DOCUMENT",
    ),
    "todo_copied_help": ("quét đúng giấy tờ kết quả", "scan the result itself"),
}
