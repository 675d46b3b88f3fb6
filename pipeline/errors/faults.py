"""What goes wrong around scans: servers, disks, settings, requests, stored data, readings."""

from __future__ import annotations

from typing import ClassVar


class SohoaError(Exception):
    """The root. `detail` completes the class's English sentence and is safe to log."""

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1
    english: ClassVar[str] = "Something went wrong."
    clerk: ClassVar[str] = "Hệ thống gặp lỗi. Hồ sơ vẫn được giữ nguyên. Vui lòng báo cho quản trị viên."

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.english} {self.detail}".strip()

    @classmethod
    def sentence(cls) -> str:
        """`english` by itself, where no detail follows its colon."""
        return f"{cls.english.removesuffix(':').removesuffix('.')}."

    def for_clerk(self) -> str:
        """What is wrong and what to do, in Vietnamese."""
        return self.clerk


class Transient(SohoaError):
    """Try again later: nothing was lost, nothing half-done counts."""

    code = "transient"
    exit_code = 75  # EX_TEMPFAIL of sysexits.h
    clerk = "Hệ thống đang tạm gián đoạn. Tệp quét vẫn nằm trong thư mục và sẽ được xử lý tự động. Không cần gửi lại."


class Permanent(SohoaError):
    """A retry changes nothing until somebody changes the input or the settings."""

    code = "permanent"


# --- what will pass -----------------------------------------------------------------------------------------


class StoreUnavailable(Transient):
    code = "store-unavailable"
    english = "The object store cannot be reached; the scan stays where it is and is tried again."


class CatalogueUnavailable(Transient):
    code = "catalogue-unavailable"
    english = "The database cannot be reached or is locked; the scan stays where it is and is tried again."


class DiskFull(Transient):
    code = "disk-full"
    english = "No space left on the disk; nothing was taken. Free some space, the scans are then taken by themselves."
    clerk = (
        "Ổ đĩa của hệ thống đã đầy. Tệp quét vẫn nằm trong thư mục và sẽ được xử lý khi có chỗ trống. "
        "Vui lòng báo cho quản trị viên."
    )


class NoProcess(Transient):
    code = "no-process"
    english = "A process that opens or reads scans does not start (is memory used up?); they are kept and tried again."
    clerk = (
        "Máy chủ đang quá tải. Tệp quét vẫn nằm trong thư mục và sẽ được xử lý tự động. Không cần gửi lại. "
        "Nếu kéo dài, vui lòng báo cho quản trị viên."
    )


class FolderUnavailable(Transient):
    code = "folder-unavailable"
    english = "A folder cannot be reached (is its share mounted?); what lies in it stays there and is tried again:"


class FlowServerUnavailable(Transient):
    code = "flow-server-unavailable"
    english = "The Prefect server cannot be reached; receipts are still given, reading starts when it is back."


class LeaseLost(Transient):
    code = "lease-lost"
    english = "Another worker has taken this document over; this result is dropped, the other one counts."


class NotSettled(Transient):
    """The file is still being written, or was changed while it was read."""

    code = "not-settled"
    english = "The file is still growing; it is looked at again."
    clerk = "Tệp đang được máy quét ghi. Vui lòng đợi, hệ thống sẽ tự nhận khi tệp đã đầy đủ."


class Incomplete(NotSettled):
    """The file stands still, but bytes at its end are missing."""

    code = "incomplete"
    english = "The file is not complete yet; it is looked at again, and refused if it stays so."
    clerk = (
        "Tệp chưa được ghi đầy đủ: còn thiếu phần cuối. Hệ thống đang đợi. "
        "Nếu máy quét đã xong, vui lòng quét lại và lưu lại vào thư mục."
    )


class FileUnreadable(Transient):
    """Another program has the file or folder locked, or the account that runs sohoa has no right to read it."""

    code = "file-unreadable"
    english = "A file or folder in the inbox is locked or may not be read; it stays there and is tried again:"
    clerk = (
        "Chưa đọc được tệp vì tệp đang bị khóa hoặc hệ thống không có quyền đọc. Vui lòng đóng chương trình đang mở "
        "tệp; nếu vẫn không được, báo quản trị viên."
    )


class SetIncomplete(Transient):
    code = "set-incomplete"
    english = "Pages of a folder wait for the rest, or for the file that says that all are there:"
    clerk = (
        "Các trang trong thư mục đang chờ cho đủ bộ. Khi đã quét xong, vui lòng kiểm tra số thứ tự các trang và "
        "tạo tệp đánh dấu hoàn thành trong thư mục đó."
    )


# --- how it is set up ---------------------------------------------------------------------------------------


class ConfigurationError(Permanent):
    """The installation, not the scan, is at fault: an administrator has to act."""

    code = "configuration"
    exit_code = 78  # EX_CONFIG
    english = "The installation is not complete."
    clerk = "Hệ thống chưa được cài đặt đầy đủ. Tệp quét vẫn được giữ nguyên. Vui lòng báo cho quản trị viên."


class ProgramMissing(ConfigurationError):
    code = "program-missing"
    english = "A program that sohoa needs is not installed:"


class ModelMissing(ConfigurationError):
    code = "model-missing"
    english = "A model file is missing; no page was read. Run `sohoa models verify` and install it:"


class ModelAltered(ConfigurationError):
    code = "model-altered"
    english = "A model file is not the one in the manifest; no page was read. Run `sohoa models verify`:"


class StoreRefused(ConfigurationError):
    code = "store-refused"
    english = (
        "The object store refuses the key or the bucket. "
        "Check SOHOA_S3_ACCESS_KEY, SOHOA_S3_SECRET_KEY and the bucket's rights:"
    )


class SourceRefused(ConfigurationError):
    code = "source-refused"
    english = (
        "The server of a backfill's source refuses the key or the bucket; what was taken is kept. Check "
        "SOHOA_BACKFILL_S3_ACCESS_KEY, SOHOA_BACKFILL_S3_SECRET_KEY and the right to list and read:"
    )


class FolderNotWritable(ConfigurationError):
    code = "folder-not-writable"
    english = "A folder cannot be written to; give the account that runs sohoa the right to write there:"


class CatalogueOutdated(ConfigurationError):
    code = "catalogue-outdated"
    english = "The database's schema is not the one of this version. Run `sohoa init`, which upgrades it:"


class CatalogueNewer(ConfigurationError):
    """There is no way back: what a later version wrote, this one might misread."""

    code = "catalogue-newer"
    english = (
        "A later version of sohoa has upgraded the database; nothing was changed. Install that version, or restore a "
        "backup from before the upgrade:"
    )


class ReaderDiffers(ConfigurationError):
    """A backfill is read by one reader from its beginning to its end."""

    code = "reader-differs"
    english = (
        "This worker reads otherwise (version, models or recipe) than the backfill was started with; its documents "
        "wait. Install the same version everywhere, then `sohoa backfill resume` goes on with what is installed:"
    )


class ClockDiffers(ConfigurationError):
    code = "clock-differs"
    english = (
        "The clocks of this machine and of the database differ by so much that leases would mean nothing; it takes no "
        "work. Set them by NTP:"
    )


class NoWorkspace(ConfigurationError):
    code = "no-workspace"
    english = (
        "There is no sohoa workspace here. Run `sohoa init FOLDER`, or name one with --workspace or SOHOA_WORKSPACE:"
    )


# --- what is asked for --------------------------------------------------------------------------------------


class UsageError(Permanent):
    """A command was given something that does not exist or does not fit."""

    code = "usage"
    exit_code = 64  # EX_USAGE
    english = "The request cannot be carried out:"


class NotFound(UsageError):
    code = "not-found"
    exit_code = 66  # EX_NOINPUT
    english = "Not found:"


class ImportRefused(UsageError):
    """The whole file is unusable (its layout is not known); nothing was imported."""

    code = "import-refused"
    exit_code = 65  # EX_DATAERR
    english = "Nothing was imported, the register is as it was:"


# --- integrity ----------------------------------------------------------------------------------------------


class IntegrityError(Permanent):
    """Stored bytes are not what they were: never retried silently, never overwritten."""

    code = "integrity"
    exit_code = 70  # EX_SOFTWARE
    english = "Stored data differ from their hash; nothing was deleted. Restore the object from a backup:"


class ObjectNotFound(IntegrityError):
    code = "object-not-found"
    english = "The object store has no such object:"


# --- reading -----------------------------------------------------------------------------------------------


class ReadingFailed(Permanent):
    """The pages of a stored document could not be read; the original is kept."""

    code = "reading-failed"
    exit_code = 70
    english = "The document could not be read; its original is kept. Try `sohoa retry DOCUMENT`."
    clerk = "Đã lưu bản quét nhưng chưa đọc được nội dung. Quản trị viên sẽ kiểm tra; không cần gửi lại."


class ReadingTimedOut(ReadingFailed):
    code = "reading-timed-out"
    english = "A page took longer to read than the limit; that page was left out."
