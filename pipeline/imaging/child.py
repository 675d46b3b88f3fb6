"""The process that opens one file: confined, told by its parent which pages to give, ended by whoever closes the line.

It says {"pages": n} once the file is open, or {"error": code, "detail": ...}; then for each {"page": n, "dpi": d} the
page, or {"lost": code, "detail": ...}, and for {"ask": "active"} {"active": bool}. The decoders are loaded by the fork
server before it forks.
"""

from __future__ import annotations

import contextlib
import os
import socket
from pathlib import Path
from typing import Protocol

import cv2

from pipeline import memory
from pipeline.errors import OpeningFailed, SohoaError
from pipeline.imaging import wire
from pipeline.imaging.confine import allow_cpu, confine
from pipeline.imaging.limits import Limits
from pipeline.imaging.pdf import PdfFile
from pipeline.imaging.pixels import READABLE_DPI
from pipeline.imaging.raster import PictureFile
from pipeline.model import MediaType, ScanPage

cv2.setNumThreads(1)  # threads would take address space, which is limited


class _OpenFile(Protocol):
    pages: int

    def check(self) -> None: ...

    def is_active(self) -> bool: ...

    def page(self, number: int, dpi: float) -> ScanPage: ...


def serve(channel: socket.socket, request: wire.Message, scratch: Path) -> None:
    """Opens the file that the request names and serves its pages until the parent closes the line."""
    memory.in_large_pieces()
    limits = Limits(**request["limits"])
    os.chdir(scratch)
    confine(limits)
    allow_cpu(limits.open_seconds)
    with contextlib.suppress(EOFError, ConnectionError):  # the parent has what it wanted
        try:
            file = _open(
                Path(request["path"]), MediaType(request["media_type"]), scratch, limits, drawn=bool(request["drawn"])
            )
            if request["check"]:
                file.check()
        except (SohoaError, MemoryError, RecursionError) as error:
            wire.send(channel, {"error": _code(error), "detail": _detail(error)})
            return
        if file.pages > 1:
            memory.keep_for_the_next()
        wire.send(channel, {"pages": file.pages})
        while True:
            message, _ = wire.receive(channel)
            allow_cpu(limits.open_seconds)
            if "page" in message:
                _give(channel, file, int(message["page"]), float(message["dpi"] or READABLE_DPI))
                if file.pages == 1:
                    memory.let_go()
            else:
                wire.send(channel, {"active": file.is_active()})


def _open(path: Path, kind: MediaType, scratch: Path, limits: Limits, *, drawn: bool) -> _OpenFile:
    if kind is MediaType.PDF:
        return PdfFile(path, scratch, limits, drawn=drawn)
    return PictureFile(path, kind, limits)


def _give(channel: socket.socket, file: _OpenFile, number: int, dpi: float) -> None:
    try:
        page = file.page(number, dpi)
        wire.send_page(channel, page)
    except (SohoaError, MemoryError, RecursionError) as error:
        wire.send(channel, {"lost": _code(error), "detail": _detail(error)})


def _code(error: BaseException) -> str:
    return error.code if isinstance(error, SohoaError) else OpeningFailed.code


def _detail(error: BaseException) -> str:
    if isinstance(error, SohoaError):
        return error.detail
    return "Out of memory." if isinstance(error, MemoryError) else "Nested too deeply."
