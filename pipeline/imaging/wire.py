"""What the opening child and its parent say to each other.

Messages are JSON on a SOCK_SEQPACKET socket, small enough for one packet. A page travels in an anonymous file in
memory (memfd) of which only the descriptor is sent: first its description as JSON, then its pixels, which the parent
maps. The file is sealed, so that a child gone bad cannot shrink it under the parent. Nothing has a name on a disk, so
nothing is left behind by whoever dies. Pixels that came like this go on to a third process in the same file, uncopied.
"""

from __future__ import annotations

import errno
import fcntl
import json
import math
import mmap
import os
import socket
import time
import unicodedata
import weakref
from typing import Any

import numpy as np

from pipeline.geometry import Affine, Box
from pipeline.model import Line, PageImage, ScanPage, Word

Message = dict[str, Any]

PACKET = 65536
_DESCRIPTION = "description_bytes"
_PASSED_ON, _START = "description", "start"
"""The description and where the pixels begin, of a file that another process made."""
_SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE
_SEAL_SECONDS = 5.0
_MOST_DESCRIPTION = 64_000_000
_ALIGNMENT = mmap.ALLOCATIONGRANULARITY


class BadMessage(Exception):
    """The other side does not keep to the protocol."""


def send(channel: socket.socket, message: Message, *fds: int) -> None:
    """Raises OSError where the other side is gone."""
    socket.send_fds(channel, [json.dumps(message).encode()], list(fds))


def receive(channel: socket.socket, most_fds: int = 1) -> tuple[Message, list[int]]:
    """The next message and its descriptors, which belong to the caller. Raises EOFError, BadMessage, TimeoutError."""
    data, fds, _, _ = socket.recv_fds(channel, PACKET, most_fds)
    if not data:
        raise EOFError
    try:
        message = json.loads(data)
    except ValueError:
        message = None
    if not isinstance(message, dict):
        close(fds)
        raise BadMessage
    return message, fds


def close(fds: list[int]) -> None:
    for fd in fds:
        os.close(fd)


class _Mapped(mmap.mmap):
    """The pixels of a file that somebody sent; `fd` is the file, `start` where they begin in it."""

    fd: int
    start: int


def send_page(channel: socket.socket, page: ScanPage) -> None:
    """Packs a page into a sealed memfd and sends it; pixels that are in one are sent as they are."""
    came = _came_in(page)
    if came is not None:
        send(channel, {"page": page.number, _PASSED_ON: _describe(page), _START: came.start}, came.fd)
        return
    description = json.dumps(_describe(page)).encode()
    start = _aligned(len(description))
    fd = os.memfd_create("page", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        _write(fd, memoryview(description), 0)
        os.ftruncate(fd, start)
        if page.image is not None:
            _write(fd, page.image.pixels.data.cast("B"), start)
        seal(fd)
        send(channel, {"page": page.number, _DESCRIPTION: len(description)}, fd)
    finally:
        os.close(fd)


def unpack_page(message: Message, fd: int) -> ScanPage:
    """The page of a message; its pixels are the mapped file itself. Raises BadMessage, OSError."""
    try:
        if fcntl.fcntl(fd, fcntl.F_GET_SEALS) & _SEALS != _SEALS:
            raise BadMessage
        if _PASSED_ON in message:
            return _page(message[_PASSED_ON], fd, int(message[_START]))
        length = int(message[_DESCRIPTION])
        if not 0 < length <= _MOST_DESCRIPTION:
            raise BadMessage
        return _page(json.loads(os.pread(fd, length, 0)), fd, _aligned(length))
    except (KeyError, TypeError, ValueError, OverflowError, IndexError, AttributeError, RecursionError):
        raise BadMessage from None


def _came_in(page: ScanPage) -> _Mapped | None:
    """The memory in which all pixels of the page came, where nothing else is to be said than fits a packet."""
    if page.image is None or page.text or page.overlays:
        return None
    # as `_image` makes them: a view of an array over all that the map holds
    mapped: Any = page.image.pixels.base
    for step in ("base", "obj"):
        mapped = getattr(mapped, step, None)
    return mapped if isinstance(mapped, _Mapped) and len(mapped) == page.image.pixels.nbytes else None


def _aligned(size: int) -> int:
    return -(-size // _ALIGNMENT) * _ALIGNMENT


def _write(fd: int, data: memoryview, at: int) -> None:
    while data:
        written = os.pwrite(fd, data, at)
        data, at = data[written:], at + written


def seal(fd: int) -> None:
    """No process can change the file any more. The kernel refuses that (EBUSY) while somebody holds a page of it, and
    that may be itself, moving pages together: it is asked again for a while. Raises OSError."""
    last = time.monotonic() + _SEAL_SECONDS
    while True:
        try:
            fcntl.fcntl(fd, fcntl.F_ADD_SEALS, _SEALS)
            return
        except OSError as error:
            if error.errno != errno.EBUSY or time.monotonic() > last:
                raise
            time.sleep(0.05)


def _describe(page: ScanPage) -> Message:
    image = page.image
    return {
        "number": page.number,
        "size": [page.width, page.height],
        "frame": None if page.to_points is None else _numbers(page.to_points),
        "text": [_line(line) for line in page.text],
        "converted": page.converted,
        "overlays": [_line(line) for line in page.overlays],
        "image": None
        if image is None
        else {
            "shape": list(image.pixels.shape),
            "dpi": image.dpi,
            "reduced": image.reduced,
            "to_points": _numbers(image.to_points),
        },
    }


def _numbers(of: Affine | Box) -> list[float]:
    if isinstance(of, Box):
        return [of.x0, of.y0, of.x1, of.y1]
    return [of.a, of.b, of.c, of.d, of.e, of.f]


def _line(line: Line) -> list[Any]:
    return [line.block, _numbers(line.box), [[word.text, *_numbers(word.box)] for word in line.words]]


def _page(told: Message, fd: int, start: int) -> ScanPage:
    width, height = _finite(told["size"], 2)
    frame = told["frame"]
    return ScanPage(
        number=int(told["number"]),
        width=width,
        height=height,
        image=None if told["image"] is None else _image(told["image"], int(told["number"]), fd, start),
        text=tuple(_told_line(line) for line in told["text"]),
        converted=bool(told["converted"]),
        overlays=tuple(_told_line(line) for line in told["overlays"]),
        to_points=None if frame is None else Affine(*_finite(frame, 6)),
    )


def _image(told: Message, number: int, fd: int, start: int) -> PageImage:
    shape = tuple(int(side) for side in told["shape"])
    size = math.prod(shape)
    if min(shape) < 1 or len(shape) not in (2, 3) or shape[2:] not in ((), (3,)) or os.fstat(fd).st_size < start + size:
        raise BadMessage
    dpi, reduced = _finite([told["dpi"], told["reduced"]], 2)
    # private, so that whoever works on the pixels in place changes only his own copy
    mapped = _Mapped(fd, size, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_WRITE, offset=start)
    mapped.fd, mapped.start = os.dup(fd), start
    weakref.finalize(mapped, os.close, mapped.fd)
    pixels = np.frombuffer(mapped, dtype=np.uint8).reshape(shape)
    return PageImage(
        number=number, pixels=pixels, dpi=dpi, to_points=Affine(*_finite(told["to_points"], 6)), reduced=reduced
    )


def _told_line(told: list[Any]) -> Line:
    block, box, words = told
    return Line(
        words=tuple(
            Word(text=unicodedata.normalize("NFC", str(text)), box=Box(*_finite(at, 4))) for text, *at in words
        ),
        box=Box(*_finite(box, 4)),
        block=int(block),
    )


def _finite(numbers: list[Any], count: int) -> list[float]:
    found = [float(number) for number in numbers]
    if len(found) != count or not all(map(math.isfinite, found)):
        raise BadMessage
    return found
