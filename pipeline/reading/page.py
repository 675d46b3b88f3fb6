"""From what was seen on a page to its lines in reading order, each of one kind, and the regions that are no text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.geometry import Box, bounding
from pipeline.imaging.colour import ColouredMark
from pipeline.model import Line, LineKind, Region, RegionKind, Table, Word
from pipeline.reading.compose import Drafted
from pipeline.reading.evidence import ReadLine, Usual, print_of, reading_evidence
from pipeline.reading.judge import Judge
from pipeline.reading.kinds import filled_in_by_hand
from pipeline.reading.stamps import is_inside, stamps_of_receipt
from pipeline.reading.tables import with_tables
from pipeline.reading.words import words_of

HAND_CONFIDENCE = 0.35
"""The readers were made for print: of what is written by hand they read a third."""
LEAST_BELIEVED = 0.25
"""See `believed`."""
SIGNATURE = 2.2
"""Heights of a line of print from which ink of a pen is a signature."""
IN_FRAME = 0.3
"""The share of a word from which it is in a stamp's frame; the rule above its first line is often too faint to see."""
OVER_WATERMARK = 0.05
"""The share of a word's box that is ink of a watermark."""
HEADING_WORDS = 3
HEADING_ROOM = 1.8
"""A heading printed in colour fills its mark; a stamp has a frame, or room, around its lines. Heights of the lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a page holds."""

    lines: Sequence[Line]
    tables: Sequence[Table] = ()
    regions: Sequence[Region] = ()

    @property
    def blocks(self) -> int:
        """How many numbers of blocks are in use."""
        cells = [cell.block for table in self.tables for cell in table.cells]
        return max([line.block for line in self.lines] + cells, default=-1) + 1


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Other:
    """The ink on a page that is not its black print: frames of stamps, coloured marks, lines of coloured ink."""

    frames: Sequence[Box]
    marks: Sequence[ColouredMark]
    coloured: Sequence[Line]

    def in_frame(self, word: Word) -> bool:
        return any(frame.intersection(word.box) >= IN_FRAME * word.box.area for frame in self.frames)

    def in_seal(self, word: Word) -> bool:
        return any(mark.seal and is_inside(word.box, mark.box) for mark in self.marks)

    def in_stamp(self, word: Word) -> bool:
        """Whether the word is in a mark in which a stamp's letters were read."""
        return any(
            not mark.seal
            and is_inside(word.box, mark.box)
            and any(line.kind is LineKind.STAMP and is_inside(line.box, mark.box) for line in self.coloured)
            for mark in self.marks
        )

    def reads(self, word: Word) -> bool:
        """Whether a line of coloured ink holds the word."""
        return any(is_inside(word.box, line.box) for line in self.coloured)


def contents(drafted: Drafted, judge: Judge) -> Contents:
    """The lines of the page in reading order, its tables and its regions of other ink. What was stamped
    or written by hand comes after the print, in lines of its own; a heading printed in colour is print."""
    read = [(number, judge.confident(line)) for number, line in read_lines(drafted)]
    usual = print_of((line for _, line in read), drafted.grey)
    marks = drafted.colour.marks if drafted.colour else ()
    other = _Other(
        frames=stamps_of_receipt(drafted.grey, [word for _, line in read for word in line.words]),
        marks=marks,
        coloured=list(_coloured(drafted, judge)),
    )
    lines: list[Line] = []
    if believed(line for _, line in read) >= LEAST_BELIEVED:  # else a picture, another script, noise
        lines = [part for number, line in read for part in _parts(drafted, judge, usual, other, number, line)]
    lines, tables = with_tables(_printed_first(_with_coloured(lines, other)), drafted.grey)
    regions = [*_regions(lines, other, usual)]
    if drafted.watermarks is not None:
        regions += [Region(kind=RegionKind.WATERMARK, box=box) for box in drafted.watermarks.boxes]
    return Contents(lines=lines, tables=tables, regions=regions)


def believed(lines: Iterable[ReadLine]) -> float:
    """The share of all that was read on a page, by letters, that is words and believed, 0 to 1. What is seen in a
    picture of something else is single letters, and hardly any is believed."""
    words = [word for line in lines for word in line.words]
    lettered = (word for word in words if sum(map(str.isalnum, word.text)) > 1)
    return sum(len(word.text) * word.confidence for word in lettered) / max(1, sum(len(word.text) for word in words))


def read_lines(drafted: Drafted) -> Iterator[tuple[int, ReadLine]]:
    """The lines that have words, in reading order, with the number of the block that each is in."""
    for number, block in enumerate(drafted.blocks):
        for at in block.lines:
            draft = drafted.drafts[at]
            decisions = drafted.decided[at]
            words, origins = words_of(decisions, draft.frames, drafted.grey)
            if words:
                read = ReadLine(
                    words=words,
                    origins=origins,
                    decisions=decisions,
                    frames=draft.frames,
                    box=draft.box,
                    evidence=reading_evidence(decisions, origins, draft.frames),
                )
                yield number, read


def _parts(
    drafted: Drafted, judge: Judge, usual: Usual | None, other: _Other, number: int, line: ReadLine
) -> Iterator[Line]:
    """A line, parted by what its words are; what the picture of coloured ink shows better is left out."""
    no_print = _other_ink(drafted, judge, usual, line)
    by_hand = filled_in_by_hand(line.words, drafted.grey)
    printed = LineKind.TABLE if drafted.blocks[number].table else LineKind.BODY
    parts: dict[LineKind, list[Word]] = {}
    for at, word in enumerate(line.words):
        coloured = drafted.colour is not None and drafted.colour.is_coloured(word.box)
        if coloured and other.reads(word):
            continue
        if other.in_frame(word) or (coloured and other.in_stamp(word)) or (at in no_print and other.in_seal(word)):
            parts.setdefault(LineKind.STAMP, []).append(word)
        elif at in no_print or at in by_hand:
            parts.setdefault(LineKind.HANDWRITING, []).append(_doubted(word, no_print.get(at, 1.0)))
        else:
            parts.setdefault(printed, []).append(word)
    for kind in LineKind:
        if kind in parts:
            yield _line(parts[kind], kind, number)


def _other_ink(drafted: Drafted, judge: Judge, usual: Usual | None, line: ReadLine) -> dict[int, float]:
    """As `Judge.other_ink`, but words over a watermark are told by how they were read: its edges are at theirs."""
    found = judge.other_ink(line, drafted.grey, drafted.colour, usual)
    if not found or drafted.watermarks is None:
        return found
    by_reading = judge.other_ink(line, drafted.grey, None, None)
    over = {at for at in found if drafted.watermarks.share(line.words[at].box) >= OVER_WATERMARK}
    return {at: share for at, share in found.items() if at not in over or at in by_reading}


def _doubted(word: Word, printed: float) -> Word:
    """A word that is no print, or with this probability is."""
    return replace(word, confidence=min(word.confidence * printed, HAND_CONFIDENCE))


def _coloured(drafted: Drafted, judge: Judge) -> Iterator[Line]:
    """The lines of coloured ink: of a stamp where they are print, else written by hand. That is told by how they were
    read: their strokes are not to be measured by those of the page's print."""
    if drafted.stamped is None:
        return
    stamped = drafted.stamped
    for number, found in read_lines(stamped):
        line = judge.confident(found)
        no_print = judge.other_ink(line, stamped.grey, None, None)
        if 2 * len(no_print) <= len(line.words):
            yield _line(line.words, LineKind.STAMP, number)
        else:
            words = [_doubted(word, no_print.get(at, 1.0)) for at, word in enumerate(line.words)]
            yield _line(words, LineKind.HANDWRITING, number)


def _with_coloured(lines: Sequence[Line], other: _Other) -> list[Line]:
    """The lines of the page and after them the coloured ones; a heading goes before the first line that is below it."""
    out = list(lines)
    last = max((line.block for line in out), default=-1)
    for number, line in enumerate(other.coloured, last + 1):
        if not _is_heading(line, other):
            out.append(replace(line, block=number))
            continue
        below = (at for at, there in enumerate(out) if there.box.y0 >= line.box.y1)
        out.insert(next(below, len(out)), replace(line, kind=LineKind.BODY, block=number))
    return out


def _printed_first(lines: Sequence[Line]) -> list[Line]:
    """The print in its order, so that nothing else comes between the rows of a table; then all other ink."""
    print_ = (LineKind.BODY, LineKind.TABLE)
    return [line for line in lines if line.kind in print_] + [line for line in lines if line.kind not in print_]


def _is_heading(line: Line, other: _Other) -> bool:
    """Whether a line of coloured ink is print: a few words that alone, or with other such lines, fill their mark."""
    such = [one for one in other.coloured if one.kind is LineKind.STAMP and len(one.words) >= HEADING_WORDS]
    if line not in such:
        return False
    for mark in other.marks:
        if is_inside(line.box, mark.box):
            together = sum(one.box.height for one in such if is_inside(one.box, mark.box))
            return mark.box.height <= HEADING_ROOM * together
    return False


def _regions(lines: Sequence[Line], other: _Other, usual: Usual | None) -> Iterator[Region]:
    """Seals, stamps, and what a pen wrote, each once."""
    found = [*other.frames]
    yield from (Region(kind=RegionKind.STAMP, box=box) for box in other.frames)
    tall = SIGNATURE * usual[1] if usual else float("inf")
    for mark in other.marks:
        inside = [line for line in lines if is_inside(line.box, mark.box)]
        if mark.seal:
            kind = RegionKind.SEAL
        elif any(line.kind is LineKind.STAMP for line in inside):
            kind = RegionKind.STAMP
        elif any(line.kind in (LineKind.BODY, LineKind.TABLE) for line in inside) and not mark.red:
            continue  # print in blue, or a pen's stroke through print
        else:
            kind = RegionKind.SIGNATURE if mark.box.height >= tall else RegionKind.HANDWRITING
        found.append(mark.box)
        yield Region(kind=kind, box=mark.box)
    for line in lines:
        if line.kind is LineKind.HANDWRITING and not any(is_inside(line.box, box) for box in found):
            kind = RegionKind.SIGNATURE if line.box.height >= tall else RegionKind.HANDWRITING
            yield Region(kind=kind, box=line.box)


def _line(words: Sequence[Word], kind: LineKind, block: int) -> Line:
    return Line(words=tuple(words), box=bounding([word.box for word in words]), block=block, kind=kind)
