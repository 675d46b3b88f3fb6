"""The page in each centre's folder that tells the clerk at a glance what was taken today, what waits, what was refused.

It is made anew from the receipts, the notes and the last look at the inbox whenever one of them has changed, so that it
is right after a restart and with several watchers; `sohoa intake` says the same from the same sources.
"""

from __future__ import annotations

import codecs
import contextlib
import logging
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TypeVar

from pipeline.clock import VIETNAM, local, local_day
from pipeline.errors import ConfigurationError, SohoaError, Transient, by_code
from pipeline.intake.admission import remarks_text
from pipeline.intake.moving import translated
from pipeline.intake.names import BOARD_NAME, NOTE_SUFFIX, on_one_line, shown
from pipeline.intake.outcome import SweepResult
from pipeline.model import Receipt
from pipeline.ports import ReceiptBook

log = logging.getLogger(__name__)

MOST_LINES = 50
"""Files of a kind that the page names; the others are counted."""
T = TypeVar("T")
BEING_WRITTEN = "đang được ghi hoặc chờ đến lượt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A file in rejected/, as its note tells. `name`: its path below the centre's folder."""

    centre: str
    name: str
    at: datetime
    code: str

    @property
    def why(self) -> str:
        return in_short(by_code(self.code))


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A file in the inbox. `name`: its path below the centre's folder."""

    centre: str
    name: str
    why: str


def midnight(day: date) -> datetime:
    """The beginning of a day in Vietnam, in UTC."""
    return datetime.combine(day, time(), VIETNAM).astimezone(UTC)


def in_short(error: SohoaError | type[SohoaError]) -> str:
    """The first sentence of what an error says to the clerk, without its full stop."""
    return error.clerk.partition(". ")[0].rstrip(".")


def refused(rejected: Path, *, centre: str | None = None, since: datetime | None = None) -> list[Refused]:
    """The files in rejected/ whose notes were written since then, in order of time. Raises what the folder raises."""
    found = []
    folder = rejected if centre is None else rejected / centre
    with translated(rejected):
        for note in folder.rglob(f"*{NOTE_SUFFIX}"):
            with contextlib.suppress(FileNotFoundError):
                at = datetime.fromtimestamp(note.stat().st_mtime, UTC)
                if since is None or at >= since:
                    found.append(_refused(rejected, note, at))
    return sorted(found, key=lambda one: (one.at, one.name))


def _refused(rejected: Path, note: Path, at: datetime) -> Refused:
    place = note.relative_to(rejected)
    inside = place.parts if len(place.parts) == 1 else place.parts[1:]
    return Refused(
        centre=place.parts[0] if len(place.parts) > 1 else "",
        name=shown("/".join(inside)).removesuffix(NOTE_SUFFIX),
        at=at,
        code=note.read_text("utf-8-sig", "replace").strip().rpartition(" ")[2],
    )


def waiting(result: SweepResult) -> Iterator[Waiting]:
    """The files that a look left in the inbox, with what each waits for."""
    general = result.faults[0] if result.faults else None
    for places, fault in ((result.waiting, None), (result.held, general)):
        for place in places:
            centre, _, name = place.partition("/")
            error = result.reasons.get(place, fault)
            yield Waiting(
                centre=centre if name else "",
                name=shown(name or place),
                why=BEING_WRITTEN if error is None else in_short(error),
            )


class Boards:
    """Keeps the pages of all centres up to date. It remembers what it wrote, so that nothing is written twice."""

    def __init__(self, *, inbox: Path, rejected: Path, book: ReceiptBook) -> None:
        self._inbox, self._rejected, self._book = inbox, rejected, book
        self._written: dict[str, str] = {}
        self._waiting: dict[str, list[Waiting]] = {}
        self._day = date.min

    def update(self, result: SweepResult, now: datetime) -> None:
        """Writes the pages on which something has changed. A page that cannot be written delays no scan; it is said
        in the log and written at the next change."""
        before, self._waiting = self._waiting, {}
        for one in waiting(result):
            self._waiting.setdefault(one.centre, []).append(one)
        changed = {receipt.centre for receipt in result.received} | {one.centre for one in result.rejected}
        changed |= {centre for centre in {*before, *self._waiting} if before.get(centre) != self._waiting.get(centre)}
        if local_day(now) != self._day:
            changed |= {*self._pages(), *self._waiting}
            self._day = local_day(now)
        for centre in changed - {""}:
            try:
                self._write(centre, now)
            except (Transient, ConfigurationError) as error:
                log.warning("the page of %s was not written: %s", centre, error)

    def _pages(self) -> Iterable[str]:
        """Centres that have a page from before."""
        return [path.parent.name for path in self._inbox.glob(f"*/{BOARD_NAME}")]

    def _write(self, centre: str, now: datetime) -> None:
        since = midnight(local_day(now))
        folder = self._inbox / centre
        text = render(
            centre,
            local_day(now),
            self._book.receipts(centre=centre, since=since),
            self._waiting.get(centre, ()),
            refused(self._rejected, centre=centre, since=since),
        )
        if self._written.get(centre) == text or not folder.is_dir():  # no folder is made below an unmounted share
            return
        with translated(folder):
            replace_text(folder / BOARD_NAME, text + f"\n(Cập nhật lúc {local(now):%H:%M:%S %d/%m/%Y})\n")
        self._written[centre] = text


def render(
    centre: str, day: date, receipts: Sequence[Receipt], left: Sequence[Waiting], not_taken: Sequence[Refused]
) -> str:
    """The page; the newest file of each kind comes first."""
    return "\n\n".join(
        (
            f"TÌNH TRẠNG BẢN QUÉT CỦA {centre} - NGÀY {day:%d/%m/%Y}",
            f"Đã nhận: {len(receipts)}    Đang chờ: {len(left)}    Không nhận: {len(not_taken)}",
            *_part(
                f"KHÔNG NHẬN (tệp nằm trong rejected/{centre}, lý do và cách làm trong tệp {NOTE_SUFFIX} bên cạnh)",
                not_taken[::-1],
                lambda one: f"{local(one.at):%H:%M}  {on_one_line(one.name)}: {one.why}",
            ),
            *_part(
                "ĐANG CHỜ (không cần gửi lại, hệ thống sẽ tự nhận)",
                left,
                lambda one: f"{on_one_line(one.name)}: {one.why}",
            ),
            *_part(
                f"ĐÃ NHẬN (tệp nằm trong done/{centre}/{day.isoformat()})",
                receipts[::-1],
                lambda one: f"{local(one.received_at):%H:%M}  {on_one_line(one.name)}{_remarked(one)}",
            ),
        )
    )


def _remarked(receipt: Receipt) -> str:
    return f". Lưu ý: {remarks_text(receipt)}" if receipt.remarks else ""


def _part(heading: str, items: Sequence[T], line: Callable[[T], str]) -> list[str]:
    if not items:
        return []
    lines = [f"  {line(item)}" for item in items[:MOST_LINES]]
    if len(items) > MOST_LINES:
        lines.append(f"  … và {len(items) - MOST_LINES} tệp nữa")
    return ["\n".join([heading, *lines])]


def replace_text(path: Path, text: str) -> None:
    """Replaces a text file at once, in the form that the Notepad of older Windows shows. Raises OSError."""
    temporary = path.with_name(f".{uuid.uuid4().hex}.part")
    try:
        temporary.write_bytes(codecs.BOM_UTF8 + text.replace("\n", "\r\n").encode())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
