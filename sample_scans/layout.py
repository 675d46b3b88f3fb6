"""How an administrative paper is laid out (Decree 30/2020): a `Form` is its content, `draw_form` sets it on sheets."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sample_scans.drawing import POINTS_PER_MM, Mark, Sheet
from sample_scans.marks import handwriting, seal, signature

MOTTO = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
LEADING = 1.62
"""Distance of baselines over the size of the letters."""
_LEFT, _RIGHT, _TOP = 28.0, 16.0, 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    text: str
    style: str = "regular"
    centred: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A printed question with its typed answer on a dotted line."""

    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two questions side by side, each in a column of its own."""

    left: Entry
    right: Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """`widths` in mm; `align` has l, c or r for each column. Cells are not wrapped."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]
    align: str


Block = Paragraph | Entry | Pair | Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A paper of any kind. `agency` empty: a citizen's paper, whose motto stands in the middle.

    `sealed` is (around the ring, across the middle). `handwritten` digits stand in the space that `number` leaves.
    """

    title: tuple[str, ...]
    body: tuple[Block, ...]
    agency: tuple[str, ...] = ()
    number: str = ""
    subject: str = ""
    handwritten: str = ""
    place_date: str = ""
    corner: str = ""
    """Small print at the top left: a dossier code."""
    subtitle: str = ""
    addressed: str = ""
    roles: tuple[str, ...] = ()
    signer: str = ""
    sealed: tuple[str, str] | None = None
    recipients: tuple[str, ...] = ()
    motto: bool = True
    landscape: bool = False
    dotted: bool = True
    """Answers are followed by dots to the margin."""
    wrapped: bool = False
    """Answers that are too long for their line go on below, not into the margin."""
    size: float = 14.0
    typeface: str = "serif"
    code_picture: Mark | None = field(default=None, compare=False)
    """A QR code for the top left."""


def draw_form(form: Form, rng: np.random.Generator) -> Sheet:
    """The form on one sheet. Raises ValueError where it does not fit."""
    width, height = (297.0, 210.0) if form.landscape else (210.0, 297.0)
    sheet = Sheet(width=width, height=height, typeface=form.typeface)
    y = _heading(sheet, form, rng)
    y = _title(sheet, form, y)
    for block in form.body:
        y = _block(sheet, form, block, y)
    y = _foot(sheet, form, y + 3, rng)
    if y > height - 8:
        raise ValueError(f"{form.title[0] if form.title else 'a page'} is {y - height + 8:.0f} mm too long")
    return sheet


def _heading(sheet: Sheet, form: Form, rng: np.random.Generator) -> float:
    y = _TOP
    if form.code_picture is not None:
        sheet.mark(form.code_picture, 27, 24)
    if form.corner:
        sheet.write(_LEFT if form.code_picture is None else 44, 12, form.corner, size=10)
    if form.agency:
        y = max(_agency(sheet, form, rng), _motto(sheet, form, sheet.width * 0.66))
    elif form.motto:
        y = _motto(sheet, form, sheet.width / 2 if form.code_picture is None else sheet.width * 0.58)
    return y


def _agency(sheet: Sheet, form: Form, rng: np.random.Generator) -> float:
    """Agency and number, centred over the left part; returns the next free baseline."""
    middle, y = _LEFT - 8 + sheet.width * 0.17, _TOP
    for i, name in enumerate(form.agency):
        style = "bold" if i == len(form.agency) - 1 else "regular"
        sheet.write(middle, y, name, size=form.size - 1, style=style, align="centre")
        y += 5.4
    sheet.rule(middle - 9, y - 3.6, middle + 9, y - 3.6)
    if form.number:
        y += 2.2
        _number(sheet, form, rng, middle, y)
        y += 5.6
    if form.subject:
        for part in form.subject.split("\n"):
            sheet.write(middle, y, part, size=form.size - 1.5, align="centre")
            y += 4.8
    return y


def _number(sheet: Sheet, form: Form, rng: np.random.Generator, middle: float, y: float) -> None:
    if not form.handwritten:
        sheet.write(middle, y, form.number, size=form.size, align="centre")
        return
    before, _, after = form.number.partition(" ")
    gap = 3.4 * len(form.handwritten) + 2
    left = middle - (sheet.measure(form.number, form.size) + gap) / 2
    end = left + sheet.measure(before, form.size)
    sheet.row(y, [(left, before, "left"), (end + gap, after, "left")], size=form.size)
    sheet.mark(handwriting(rng, form.handwritten, width_mm=gap), end + gap / 2, y - 1.6)


def _motto(sheet: Sheet, form: Form, middle: float) -> float:
    sheet.write(middle, _TOP, MOTTO[0], size=form.size - 1, style="bold", align="centre")
    line = sheet.write(middle, _TOP + 5.6, MOTTO[1], size=form.size, style="bold", align="centre")
    sheet.rule(line.box.x0, _TOP + 7.6, line.box.x1, _TOP + 7.6)
    if form.place_date and form.agency:
        sheet.write(middle, _TOP + 14.4, form.place_date, size=form.size, style="italic", align="centre")
    return _TOP + 16


def _title(sheet: Sheet, form: Form, y: float) -> float:
    middle = (sheet.width + _LEFT - _RIGHT) / 2
    y += 6 if form.title and form.agency else 4
    for part in form.title:
        sheet.write(middle, y, part, size=form.size + 1, style="bold", align="centre")
        y += 6.2
    if form.subtitle:
        sheet.write(middle, y, form.subtitle, size=form.size, style="bold", align="centre")
        sheet.rule(middle - 16, y + 2, middle + 16, y + 2)
        y += 6
    y += 4
    if form.addressed:
        sheet.write(middle, y, form.addressed, size=form.size, align="centre")
        y += 9
    return y


def _block(sheet: Sheet, form: Form, block: Block, y: float) -> float:
    width = sheet.width - _LEFT - _RIGHT
    step = form.size * LEADING / 72 * 25.4
    if isinstance(block, Table):
        return _table(sheet, form, block, y)
    if isinstance(block, Entry):
        return _entry(sheet, form, block, _LEFT, sheet.width - _RIGHT, y) + step * 1.04
    if isinstance(block, Pair):
        middle = (_LEFT + sheet.width - _RIGHT) / 2
        ends = [
            _entry(sheet, form, block.left, _LEFT, middle - 4, y),
            _entry(sheet, form, block.right, middle + 4, sheet.width - _RIGHT, y),
        ]
        return max(ends) + step * 1.04
    if block.centred or block.style != "regular":
        x, align = (_LEFT + width / 2, "centre") if block.centred else (_LEFT + 9, "left")
        sheet.write(x, y, block.text, size=form.size, style=block.style, align=align)
        return y + step * 1.08
    return sheet.paragraph(_LEFT, y, width, block.text, size=form.size, indent=9, leading=LEADING) + 1.6


def _entry(sheet: Sheet, form: Form, entry: Entry, x: float, end: float, y: float) -> float:
    """From x to `end`, the first baseline at y; returns the last one."""
    left = sheet.write(x, y, entry.label, size=form.size)
    at = left.box.x1 + 1.6
    rest = entry.value.split()
    first = True
    while rest:
        count = len(rest)
        while form.wrapped and count > 1 and at + sheet.measure(" ".join(rest[:count]), form.size) > end:
            count -= 1
        sheet.row(y, [(at, " ".join(rest[:count]), "left")], size=form.size)
        if first:
            _join_last_two(sheet)
        rest, first = rest[count:], False
        if rest:
            at, y = x, y + form.size * LEADING / POINTS_PER_MM
        else:
            at = sheet.lines[-1].box.x1 + 0.8
    if form.dotted:
        sheet.dots(at, end, y, size=form.size)
    return y


def _join_last_two(sheet: Sheet) -> None:
    """The answer belongs to the line of its question."""
    first, second = sheet.lines[-2:]
    sheet.lines[-2:] = [type(first)(words=first.words + second.words, box=first.box.union(second.box))]


def _table(sheet: Sheet, form: Form, table: Table, y: float) -> float:
    total = sum(table.widths)
    start = (sheet.width + _LEFT - _RIGHT - total) / 2
    edges = [start + sum(table.widths[:i]) for i in range(len(table.widths) + 1)]
    size, row_height = form.size - 1.5, 7.4
    top = y - 4
    sheet.rule(edges[0], top, edges[-1], top)
    for i, cells in enumerate((table.head, *table.rows)):
        base = top + row_height * i + 5.1
        placed = []
        for j, text in enumerate(cells):
            align = "c" if i == 0 else table.align[j]
            x = {"l": edges[j] + 1.5, "c": (edges[j] + edges[j + 1]) / 2, "r": edges[j + 1] - 1.5}[align]
            placed.append((x, text, {"l": "left", "c": "centre", "r": "right"}[align]))
        sheet.row(base, placed, size=size, style="bold" if i == 0 else "regular")
        sheet.rule(edges[0], top + row_height * (i + 1), edges[-1], top + row_height * (i + 1))
    bottom = top + row_height * (len(table.rows) + 1)
    for x in edges:
        sheet.rule(x, top, x, bottom)
    return bottom + 8


def _foot(sheet: Sheet, form: Form, y: float, rng: np.random.Generator) -> float:
    """Recipients on the left; place and date of a citizen's paper, role, signature, seal and name on the right."""
    middle = sheet.width * 0.71
    low = y
    if form.recipients:
        sheet.write(_LEFT, low, "Nơi nhận:", size=form.size - 1.5, style="bolditalic")
        for text in form.recipients:
            low += 4.7
            sheet.write(_LEFT, low, text, size=form.size - 2)
    if not form.roles:
        return low
    if form.place_date and not form.agency:
        sheet.write(middle, y, form.place_date, size=form.size, style="italic", align="centre")
        y += 6
    for role in form.roles:
        style = "italic" if role.startswith("(") else "bold"
        sheet.write(middle, y, role, size=form.size - (1 if style == "italic" else 0), style=style, align="centre")
        y += 5.8
    sheet.mark(signature(rng), middle + 1, y + 9)
    name_at = y + 25
    if form.sealed is not None:
        # over the left third of the signature
        sheet.mark(seal(rng, *form.sealed), middle - 17 + float(rng.uniform(-2, 2)), y + 9 + float(rng.uniform(-2, 3)))
    sheet.write(middle, name_at, form.signer, size=form.size, style="bold", align="centre")
    return max(low, name_at)
