"""Scans that are not taken, each with what the clerk can do about it."""

from __future__ import annotations

from typing import ClassVar

from pipeline.errors.faults import Permanent


class Rejected(Permanent):
    """A file in a watched folder that is not taken. It is moved to rejected/, never deleted."""

    code = "rejected"
    exit_code = 65
    english = "The file was not taken."


class EmptyFile(Rejected):
    code = "empty-file"
    english = "The file has no bytes."
    clerk = "Tệp rỗng, không có nội dung. Vui lòng quét lại giấy tờ và lưu lại vào thư mục."


class UnknownCentre(Rejected):
    code = "unknown-centre"
    english = "No centre has the code of this folder."
    clerk = (
        "Thư mục này không mang mã của bộ phận một cửa nào. "
        "Vui lòng chuyển tệp vào thư mục đúng mã đơn vị, hoặc đề nghị quản trị viên thêm đơn vị."
    )


class NotAScan(Rejected):
    code = "not-a-scan"
    english = "Neither PDF, TIFF, JPEG nor PNG by its content."
    clerk = "Tệp không phải là bản quét. Hệ thống nhận tệp PDF, TIFF, JPEG và PNG. Vui lòng quét và lưu đúng định dạng."


class BrokenScan(Rejected):
    code = "broken-scan"
    english = "The file is damaged or incomplete and cannot be opened."
    clerk = "Tệp bị hỏng hoặc chưa ghi đầy đủ nên không mở được. Vui lòng quét lại và lưu lại vào thư mục."


class IncompleteScan(BrokenScan):
    """It has stayed without its end for longer than any writer pauses."""

    code = "incomplete-scan"
    english = "The end of the file is missing, and nothing was added to it for the set time."
    clerk = (
        "Tệp thiếu phần cuối: máy quét hoặc đường truyền đã dừng giữa chừng. Vui lòng quét lại và lưu lại vào thư mục."
    )


class EncryptedPdf(Rejected):
    code = "encrypted-pdf"
    english = "The PDF asks for a password."
    clerk = "Tệp PDF được đặt mật khẩu. Vui lòng bỏ mật khẩu rồi lưu lại vào thư mục."


class NoPages(Rejected):
    code = "no-pages"
    english = "The file has no pages."
    clerk = "Tệp không có trang nào. Vui lòng quét lại giấy tờ và lưu lại vào thư mục."


class TooManyPages(Rejected):
    code = "too-many-pages"
    english = "More pages than the limit."
    clerk = "Tệp có quá nhiều trang. Vui lòng quét mỗi loại giấy tờ thành một tệp riêng rồi gửi lại."


class TooLarge(Rejected):
    code = "too-large"
    english = "The file or a page is larger than the limit."
    clerk = "Tệp hoặc trang quét quá lớn. Vui lòng quét lại ở độ phân giải 200 đến 300 dpi rồi gửi lại."


# --- scans that a centre's gate does not let in, or only with a remark ----------------------------------------


class GateRefused(Rejected):
    """A rule of the centre's gate is not met. `short` names that in a list; `measured` and `limit` are numbers as a
    person reads them, with their unit, or ""; `pages` are those concerned, none where it is the whole file."""

    code = "gate-refused"
    english = "A rule of the centre's gate is not met."
    short: ClassVar[str] = "không đạt yêu cầu"

    def __init__(self, detail: str = "", *, pages: tuple[int, ...] = (), measured: str = "", limit: str = "") -> None:
        super().__init__(
            detail or ", ".join(f for f in (measured and f"measured {measured}", limit and f"limit {limit}") if f)
        )
        self.pages, self.measured, self.limit = pages, measured, limit

    def facts(self) -> str:
        """`Trang 2, 3: quá tối (đo được 31 %, giới hạn 45 %)`."""
        where = f"Trang {_listed(self.pages)}: " if self.pages else ""
        known = [
            f for f in (self.measured and f"đo được {self.measured}", self.limit and f"giới hạn {self.limit}") if f
        ]
        return f"{where}{self.short}" + (f" ({', '.join(known)})" if known else "")

    def for_clerk(self) -> str:
        return f"{self.clerk}\n\n{self.facts()}." if self.pages or self.measured else self.clerk


def _listed(pages: tuple[int, ...]) -> str:
    return ", ".join(map(str, pages[:8])) + (" …" if len(pages) > 8 else "")


class FormatRefused(GateRefused):
    code = "format-refused"
    english = "The centre does not take files of this format."
    short = "định dạng không được nhận"
    clerk = "Đơn vị không nhận tệp ở định dạng này. Vui lòng quét lại và lưu đúng định dạng được nhận."


class FileTooBig(GateRefused):
    code = "file-too-big"
    english = "The file is larger than the centre takes."
    short = "tệp quá lớn"
    clerk = "Tệp lớn hơn mức đơn vị cho phép. Vui lòng quét ở 200 đến 300 dpi, mỗi loại giấy tờ một tệp, rồi gửi lại."


class FileTooLong(GateRefused):
    code = "file-too-long"
    english = "The file has more pages than the centre takes."
    short = "quá nhiều trang"
    clerk = (
        "Tệp có nhiều trang hơn mức đơn vị cho phép. Vui lòng quét mỗi loại giấy tờ thành một tệp riêng rồi gửi lại."
    )


class LowResolution(GateRefused):
    code = "low-resolution"
    english = "The resolution is below the limit."
    short = "độ phân giải thấp"
    clerk = "Độ phân giải của bản quét thấp hơn quy định. Vui lòng tăng độ phân giải của máy quét rồi quét lại."


class LowDrawingResolution(GateRefused):
    code = "low-drawing-resolution"
    english = "The resolution of a drawing is below the limit."
    short = "bản vẽ có độ phân giải thấp"
    clerk = "Bản vẽ khổ lớn cần độ phân giải cao hơn. Vui lòng tăng độ phân giải của máy quét rồi quét lại."


class NoColour(GateRefused):
    code = "no-colour"
    english = "The scan has no colour."
    short = "không có màu"
    clerk = "Bản quét không có màu. Quy định là quét màu. Vui lòng đặt máy quét ở chế độ màu rồi quét lại."


class BlankPage(GateRefused):
    code = "blank-page"
    english = "A page is blank."
    short = "trang trắng"
    clerk = "Có trang trắng. Nếu giấy được đặt ngược mặt, vui lòng quét lại; nếu không, bỏ trang trắng rồi gửi lại."


class TooDark(GateRefused):
    code = "too-dark"
    english = "A page is too dark."
    short = "quá tối"
    clerk = "Trang quét quá tối nên khó đọc. Vui lòng tăng độ sáng của máy quét, hoặc chụp ở nơi đủ sáng, rồi gửi lại."


class TooBlurred(GateRefused):
    code = "too-blurred"
    english = "A page is too blurred."
    short = "quá mờ"
    clerk = "Trang quét bị mờ, nhòe nên khó đọc. Vui lòng lau mặt kính, giữ yên giấy rồi quét lại."


class CutOffPage(GateRefused):
    code = "cut-off-page"
    english = "Print runs over the edge of a page."
    short = "chữ chạm mép trang, có thể bị cắt"
    clerk = "Chữ chạm mép trang nên có thể bị cắt mất. Vui lòng đặt giấy ngay ngắn, chọn đúng khổ giấy rồi quét lại."


class ActivePdf(GateRefused):
    code = "active-pdf"
    english = "The PDF holds scripts or attachments, which are never opened."
    short = "tệp PDF có mã lệnh hoặc tệp đính kèm"
    clerk = "Tệp PDF có mã lệnh hoặc tệp đính kèm bên trong. Vui lòng in giấy tờ ra và quét lại."


class SetRefused(Rejected):
    code = "set-refused"
    english = "Another page of the same set was refused."
    clerk = (
        "Một trang khác trong cùng thư mục không nhận được, xem ghi chú cạnh trang đó. Cả bộ được chuyển ra đây để "
        "không bị tách rời. Vui lòng quét lại trang hỏng rồi gửi lại đủ bộ."
    )


class SecretPaper(GateRefused):
    code = "secret-paper"
    english = "The paper is marked as a state secret; nothing of it is kept."
    short = "có dấu chỉ độ mật"
    clerk = (
        "Giấy tờ có dấu MẬT, TỐI MẬT hoặc TUYỆT MẬT. Bí mật nhà nước không được số hóa tại đây và hệ thống không lưu "
        "bản quét này. Vui lòng chuyển tệp ra khỏi thư mục dùng chung và xử lý theo quy định bảo vệ bí mật nhà nước."
    )


class OpeningFailed(Rejected):
    """The child process that opened the file crashed, ran out of memory or of time."""

    code = "opening-failed"
    english = "The file could not be opened safely: the process that opened it crashed or passed its limits."
    clerk = (
        "Không mở được tệp một cách an toàn. Vui lòng quét lại giấy tờ và gửi lại; "
        "nếu vẫn không được, báo quản trị viên kèm mã hỗ trợ."
    )


class PutAside(Rejected):
    """Taking it failed again and again in a way that nobody foresaw."""

    code = "put-aside"
    english = "Taking the file failed again and again; it was put aside, whole."
    clerk = (
        "Hệ thống không xử lý được tệp này dù đã thử nhiều lần. Tệp được giữ nguyên tại đây. "
        "Vui lòng quét lại giấy tờ và gửi lại; báo quản trị viên kèm mã hỗ trợ."
    )
