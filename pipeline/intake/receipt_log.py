"""The list of receipts that a clerk can open: done/<centre>/bien-nhan-<year>-<month>.txt.

A text file with a tab between columns: Notepad shows it without locking it, and it pastes into a spreadsheet. UTF-8
with a byte-order mark and CRLF, for the Notepad of older Windows. A month a file keeps it short.
"""

from __future__ import annotations

import codecs
import fcntl
import os
from datetime import datetime
from pathlib import Path

from pipeline.clock import local
from pipeline.intake.admission import remarks_text
from pipeline.intake.moving import make_folders, translated
from pipeline.intake.names import on_one_line
from pipeline.model import Original, Receipt

_LOOKED_BACK = 1 << 20
"""Bytes at the end in which a line is looked for, thousands of lines: who writes one again does so soon."""
_HEADING = ("Thời gian", "Tên tệp", "Số trang", "Dung lượng (byte)", "Mã băm", "Lưu ý", "Mã biên nhận")


def log_path(done: Path, centre: str, moment: datetime) -> Path:
    return done / centre / f"bien-nhan-{local(moment):%Y-%m}.txt"


def write_line(done: Path, receipt: Receipt, original: Original) -> None:
    """Adds the receipt's line unless it is there; two watchers may do so at once.

    Raises FolderNotWritable, DiskFull, FolderUnavailable.
    """
    path = log_path(done, receipt.centre, receipt.received_at)
    columns = (
        f"{local(receipt.received_at):%d/%m/%Y %H:%M:%S}",
        on_one_line(receipt.name),
        str(original.pages),
        str(original.size),
        receipt.sha256[:12],
        remarks_text(receipt),
        receipt.id,  # last, so that a line which has it is whole
    )
    with translated(path.parent):
        make_folders(done, (receipt.centre,))
        with path.open("a+b") as log:
            fcntl.flock(log, fcntl.LOCK_EX)
            log.seek(max(0, log.seek(0, os.SEEK_END) - _LOOKED_BACK))
            text = log.read()
            if receipt.id.encode() in text:
                return
            lines = b"" if text else codecs.BOM_UTF8 + _line(_HEADING)
            if text and not text.endswith(b"\n"):  # the last line was cut off by a full disk or a crash
                lines = b"\r\n"
            log.write(lines + _line(columns))
            log.flush()
            os.fsync(log.fileno())


def _line(columns: tuple[str, ...]) -> bytes:
    return ("\t".join(columns) + "\r\n").encode()
