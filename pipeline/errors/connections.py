"""What goes wrong between this installation and another system. No detail ever holds a value of a record."""

from __future__ import annotations

from pipeline.errors.faults import ConfigurationError, Permanent, Transient, UsageError


class SystemUnavailable(Transient):
    code = "system-unavailable"
    english = "Another system does not answer or fails on its side; what was to be sent waits and is tried again:"
    clerk = "Hệ thống bên ngoài đang tạm gián đoạn. Dữ liệu được giữ lại và sẽ tự động gửi lại. Không cần làm gì thêm."


class AnswerLost(SystemUnavailable):
    """The line broke after the message had left: the receiver may have it. It is sent again under the same number."""

    code = "answer-lost"
    english = "The line broke before the answer came; the same message is sent again, the receiver knows it by its id:"


class RateLimited(Transient):
    """`retry_after` is the pause in seconds that was asked for."""

    code = "rate-limited"
    english = "Another system asks for a pause; sending goes on by itself after it:"

    def __init__(self, detail: str = "", *, retry_after: float = 60.0) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class AnswerNotUnderstood(Transient):
    """An answer of another form than agreed (a page instead of data, an XML entity, missing fields)."""

    code = "answer-not-understood"
    english = (
        "Another system's answer is not of the agreed form; nothing of it was used. It is tried again; where it stays "
        "so, ask its operators, or change the mapping table:"
    )


class NotThereYet(Transient):
    code = "not-there-yet"
    english = "The receiver does not know the dossier yet; sent as soon as the one-stop software has entered it:"


class NotConfigured(ConfigurationError):
    code = "connection-not-configured"
    english = "The connection is not set up; see docs/interconnection.md:"


class CredentialsRefused(ConfigurationError):
    code = "credentials-refused"
    english = "The gateway refuses the key or its secret; ask the province's information department for new ones:"


class AccessRefused(ConfigurationError):
    code = "access-refused"
    english = "The account may not use this service; ask the province's information department to open it:"


class CertificateRefused(ConfigurationError):
    code = "certificate-refused"
    english = (
        "The server's certificate has expired or is not trusted; nothing was sent. Its operators have to renew it, "
        "or set the file of their authority:"
    )


class ClockWrong(ConfigurationError):
    code = "clock-wrong"
    english = "The clocks differ by more than the receiver allows; set this machine's clock by the network:"


class MappingWrong(ConfigurationError):
    code = "mapping-wrong"
    english = "A mapping table cannot be used:"


class RecordInvalid(Permanent):
    """Found by our own check: nothing was sent."""

    code = "record-invalid"
    exit_code = 65  # EX_DATAERR
    english = "The record does not fit the receiver's fields and was not sent; correct it and send it again:"
    clerk = (
        "Dữ liệu chưa đúng quy định của hệ thống nhận nên chưa được gửi. Vui lòng sửa các trường được nêu rồi gửi lại."
    )


class RecordRefused(Permanent):
    code = "record-refused"
    exit_code = 65
    english = "The receiver refuses the record for good; correct what it names and send it again:"
    clerk = "Hệ thống nhận từ chối dữ liệu. Vui lòng sửa các trường được nêu rồi gửi lại."


class LostThere(Permanent):
    """Found by comparing both sides, of a record that was wiped when it was delivered."""

    code = "lost-there"
    english = "The receiver no longer has a record that it had taken; bring it again with `sohoa connections send`:"
    clerk = "Hệ thống nhận không còn giữ dữ liệu đã gửi. Vui lòng gửi lại tệp dữ liệu này."


class FieldsDoubtful(UsageError):
    """What was read of a paper is not sure enough to ask with: an officer has to look."""

    code = "fields-doubtful"
    exit_code = 65
    english = "Look at the paper, and give what is named here as it is printed:"
    clerk = "Thông tin đọc từ giấy tờ chưa chắc chắn. Vui lòng xem bản quét và nhập lại các mục được nêu."


class NotOffered(UsageError):
    code = "not-offered"
    english = "The system does not offer this:"
