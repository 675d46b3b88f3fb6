"""The labelled values of a paper, each with whose it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pipeline.geometry import Box, bounding
from pipeline.model import Doubt, FieldRead, PageReading, PaperFields, Word
from pipeline.text import fold, marked
from pipeline.understanding import heading
from pipeline.understanding.fields import agreeing, layout, values, vocabulary
from pipeline.understanding.fields.hits import Hit, heading_role, hits_of
from pipeline.understanding.fields.layout import Piece

SUBJECT = "subject"
"""The person of whom a paper of no known kind speaks first."""
OF_THE_PAPER = frozenset(
    re.findall(
        r"\w+",
        "number symbol book page registered_on registered_at registration_kind recognition decision note married "
        "notice notice_issued notice_issuer signer signer_post performer firm_code firm_number firm_name firm_address "
        "agency dated",
    )
)
"""Values that are about no person."""
OF_ONE = {
    **dict.fromkeys(("died", "died_time", "death_place", "cause"), "deceased"),
    "relation": "requester",
}
"""Values that are about one person, whoever was spoken of before."""
_MOST_LINES = 3
_TOP = 0.3
_DATED = re.compile(r".{2,40}?,?\s*ngày\s", re.IGNORECASE)


@dataclass(slots=True, kw_only=True)
class _Said:
    """Who is spoken of where: the persons of the last row that named any, and the middle of where it did."""

    first: str
    row: list[tuple[str, float]] = field(default_factory=list)
    unnamed: int = 0
    _piece: Piece | None = None

    def name(self, piece: Piece, box: Box, person: str) -> None:
        beside = self._piece is not None and (piece is self._piece or layout.same_row(self._piece, piece))
        one_line = piece.box.height < 1.5 * piece.height  # in a sentence the one who was named last is meant
        side_by_side = (
            beside and one_line and all(abs(at - layout.middle(box)) > 2 * piece.height for _, at in self.row)
        )
        self.row = [*(self.row if side_by_side else []), (person, layout.middle(box))]
        self._piece = piece

    def at(self, box: Box) -> str:
        return min(self.row, key=lambda one: abs(one[1] - layout.middle(box)), default=(self.first, 0.0))[0]

    def somebody_else(self, piece: Piece, box: Box) -> str:
        self.unnamed += 1
        person = f"person {self.unnamed}"
        self.name(piece, box, person)
        return person


def find(pages: Sequence[PageReading]) -> PaperFields:
    """Everything that is labelled on the paper, and the agency and day at its head."""
    title = heading.find(pages[0]) if pages else ""
    kind = vocabulary.kind_of(title)
    first = (kind.first if kind else "") or SUBJECT
    reader = _Reader(first, [piece for page in pages for piece in layout.pieces_of(page)])
    if pages:
        reader.read_head(pages[0].height)
    for piece in reader.pieces:
        reader.read(piece)
    return PaperFields(
        kind=kind.kind if kind else "", title=title, first=first, fields=agreeing.with_contradictions(reader.fields)
    )


class _Reader:
    """Goes through the pieces of a paper once, remembering of whom it speaks."""

    def __init__(self, first: str, pieces: Sequence[Piece]) -> None:
        self.pieces = pieces
        self.fields: dict[tuple[str, str], FieldRead] = {}
        self._said = _Said(first=first)
        self._hits = {id(piece): hits_of(piece) for piece in pieces}
        self._numbered = "id"
        """The last thing with a number: what `ngày cấp` is about."""

    # --- what has no label ----------------------------------------------------------------------------------

    def read_head(self, height: float) -> None:
        """The agency at the top left, and place and day of the paper."""
        top = [piece for piece in self.pieces if piece.page == self.pieces[0].page and piece.box.y0 < _TOP * height]
        for piece in top:
            name = fold(piece.text)
            if name.startswith(("uy ban nhan dan", "ubnd")) and piece.text.isupper():
                lines = [piece]
                if (more := layout.below_middle(piece, top)) is not None and more.text.isupper():
                    lines.append(more)
                words = [word for line in lines for word in line.words]
                self._put("", "agency", " ".join(word.text for word in words), words, piece.page, (Doubt.PLACE,))
                break
        for piece in self.pieces:
            found = _DATED.match(piece.text)
            if found is not None and not self._hits[id(piece)]:
                count = len(found[0].split()) - 1
                parsed = values.parse("dated", piece.words[count:])
                if parsed is not None and count + parsed.last == len(piece.words):
                    self._put("", "dated", parsed.value, piece.words[count:], piece.page, (*parsed.doubts, Doubt.PLACE))
                    break

    # --- what has one ---------------------------------------------------------------------------------------

    def read(self, piece: Piece) -> None:
        hits = self._hits[id(piece)]
        role = heading_role(piece)
        if role and not hits:
            self._said.name(piece, piece.box, role)
        for number, hit in enumerate(hits):
            end = hits[number + 1].first if number + 1 < len(hits) else len(piece.words)
            own = piece.words[hit.behind : end]
            if not hit.label.value:
                continue
            if any(c.isalnum() for word in own for c in word.text):
                self._answer(piece, hit, own, piece.words[hit.first].box, end == len(piece.words))
            elif number + 1 == len(hits) and piece.words[-1].text.endswith(":"):
                self._elsewhere(piece, hit)
            elif number + 1 == len(hits):
                self._in_next_cell(piece, hit)

    def _elsewhere(self, piece: Piece, hit: Hit) -> None:
        """The answer beside a label with nothing behind its colon, for each of the persons who are spoken of side by
        side; else the one below."""
        right = [other for other in layout.beside(piece, self.pieces) if not self._begins_anew(other)]
        for other in right if len(self._said.row) > 1 else right[:1]:
            self._answer(other, hit, other.words, other.words[0].box, True)
        if not right:
            under = layout.below(piece, self.pieces)
            if under is not None and not self._begins_anew(under):
                hits = self._hits[id(under)]
                words = under.words[: hits[0].first] if hits else under.words
                self._answer(under, hit, words, words[0].box, not hits)

    def _in_next_cell(self, piece: Piece, hit: Hit) -> None:
        """The answer in the next cell of a table, or in one for each of the persons who are spoken of side by side."""
        right = layout.beside(piece, self.pieces)
        if hit.first == 0 and len(right) in (1, len(self._said.row)) and not any(map(self._begins_anew, right)):
            for other in right:
                self._answer(other, hit, other.words, other.words[0].box, True)

    def _begins_anew(self, piece: Piece) -> bool:
        """Whether a piece has something else to say from its first word on."""
        hits = self._hits[id(piece)]
        return (
            bool(hits and hits[0].first == 0)
            or bool(heading_role(piece))
            or piece.text.endswith(":")
            or layout.is_item(piece)
        )

    def _answer(self, piece: Piece, hit: Hit, words: Sequence[Word], begins: Box, to_the_end: bool) -> None:
        """Keeps what the words of the piece say; `begins` is where label and answer begin. Words that go `to_the_end`
        of the piece may go on below."""
        value, taken, lines = hit.label.value, list(words), [piece]
        while to_the_end and value in values.LONG and len(lines) < _MOST_LINES:
            more = self._next_line(lines[-1])
            if more is None:
                break
            hits = self._hits[id(more)]
            taken += more.words[: hits[0].first] if hits else more.words
            lines.append(more)
            to_the_end = not hits
        parsed = values.parse(value, taken, labelled=hit.label.needs != "name")
        if parsed is None:
            return
        if value == "number":
            value = _number_kind(parsed.value)
        value = self._of_what(value)
        used = taken[parsed.first : parsed.last]
        person = self._person(hit, piece, begins.union(used[-1].box), value, parsed.value)
        self._put(person, value, parsed.value, used, piece.page, parsed.doubts)
        if value == "died" and (time := values.parse("died_time", taken)) is not None:
            self._put(person, "died_time", time.value, taken[time.first : time.last], piece.page, time.doubts)

    def _next_line(self, piece: Piece) -> Piece | None:
        """Where an answer goes on that almost fills its line."""
        if not layout.fills_its_line(piece, self.pieces):
            return None
        more = layout.below(piece, self.pieces)
        return None if more is None or self._begins_anew(more) else more

    def _of_what(self, value: str) -> str:
        """`Ngày cấp` and `nơi cấp` are about what had a number last."""
        if value in ("id", "notice"):
            self._numbered = value
        if value in ("issued", "issuer") and self._numbered == "notice":
            return f"notice_{value}"
        return value

    # --- whose it is ----------------------------------------------------------------------------------------

    def _person(self, hit: Hit, piece: Piece, box: Box, value: str, read: str) -> str:
        """`box` is where the label and its answer are."""
        if value in OF_THE_PAPER or value in OF_ONE:
            return OF_ONE.get(value, "")
        if hit.person:
            self._said.name(piece, box, hit.person)
            return hit.person
        person = self._said.at(box)
        return self._named(person, piece, box, read) if value == "name" else person

    def _named(self, person: str, piece: Piece, box: Box, read: str) -> str:
        """Who is meant by a name: the person in question, one who has that name, or somebody new."""
        known = {p: fold(found.value) for (p, name), found in self.fields.items() if name == "name"}
        if known.get(person, fold(read)) == fold(read):
            return person
        again = next((p for p, name in known.items() if name == fold(read)), None)
        if again is None:
            return self._said.somebody_else(piece, box)
        self._said.name(piece, box, again)
        return again

    def _put(
        self, person: str, name: str, value: str, words: Sequence[Word], page: int, doubts: tuple[Doubt, ...]
    ) -> None:
        found = FieldRead(
            value=value,
            confidence=min(word.confidence for word in words),
            doubts=doubts,
            page=page,
            box=bounding([word.box for word in words]),
        )
        before = self.fields.get((person, name))
        if before is None:
            self.fields[person, name] = found
        elif marked(before.value) == marked(value):
            self.fields[person, name] = max(before, found, key=lambda one: (not one.doubts, one.confidence))
        elif not (name == "name" and fold(before.value) == fold(value)) or before.confidence <= found.confidence:
            self.fields[person, name] = replace(before, doubts=tuple(dict.fromkeys((*before.doubts, Doubt.TWICE))))


def _number_kind(number: str) -> str:
    """`Số:` stands before an entry's number, a paper's symbol (12/QĐ-UBND), and a personal number."""
    if re.fullmatch(r"\d{9}|\d{12}", number):
        return "id"
    return "symbol" if re.search(r"[/-]\s?[^\W\d_]", number) else "number"
