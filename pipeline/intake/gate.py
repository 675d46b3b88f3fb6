"""The gate of a centre: whether a scan is let in, what is remarked on it, and which documents it holds.

All pages are looked at once, two in memory at a time, before anything is stored. The first page comes first, because
a paper that is marked as a state secret must not be stored at all. Blank pages are remarked on, never dropped: the
images equal the physical pages (Circular 01/2023/TT-VPCP), and a page with an attached note comes with and without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field

from pipeline.errors import (
    ActivePdf,
    BlankPage,
    CutOffPage,
    FileTooBig,
    FileTooLong,
    FormatRefused,
    GateRefused,
    LowDrawingResolution,
    LowResolution,
    NoColour,
    SecretPaper,
    TooBlurred,
    TooDark,
)
from pipeline.imaging.quality import ENOUGH_DPI, Quality, measure
from pipeline.intake.admission import Admitted
from pipeline.intake.rules import FORMATS, Gate, gate_of
from pipeline.intake.separators import Mark, find_mark
from pipeline.intake.stack import cut
from pipeline.model import Action, MediaType, Original, Remark, Rule, ScanPage
from pipeline.ports import GateBook, OpenScan, StampReader, Tombstones
from pipeline.side_by_side import one_ahead
from pipeline.understanding import secrecy

_OF_PAGES = (Rule.RESOLUTION, Rule.DRAWING, Rule.COLOUR, Rule.BLANK, Rule.DARK, Rule.BLUR, Rule.CUT_OFF)
_ROUNDED = 0.98
"""Files round their resolution: 199 dpi is 200."""
_ERRORS: dict[Rule, type[GateRefused]] = {
    Rule.FORMAT: FormatRefused,
    Rule.SIZE: FileTooBig,
    Rule.PAGES: FileTooLong,
    Rule.RESOLUTION: LowResolution,
    Rule.DRAWING: LowDrawingResolution,
    Rule.COLOUR: NoColour,
    Rule.BLANK: BlankPage,
    Rule.DARK: TooDark,
    Rule.BLUR: TooBlurred,
    Rule.CUT_OFF: CutOffPage,
    Rule.ACTIVE: ActivePdf,
    Rule.SECRECY: SecretPaper,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rule that is not met. `value` orders findings of one rule: the worst page gives the number that is told."""

    rule: Rule
    page: int = 0
    measured: str = ""
    limit: str = ""
    value: float = 0.0


class Gatekeeper:
    """Holds what the gate needs. `stamps` reads the words of a stamp and is asked only where one is seen. `ease` makes
    another gate of a centre's."""

    def __init__(
        self,
        *,
        book: GateBook,
        tombstones: Tombstones,
        stamps: StampReader,
        ease: Callable[[Gate], Gate] = lambda gate: gate,
    ) -> None:
        self._book, self._tombstones, self._stamps = book, tombstones, stamps
        self._ease = ease

    def gate(self, centre: str) -> Gate:
        return self._ease(gate_of(self._book.settings(centre)))

    def marker_of(self, centre: str) -> str:
        """The name of the file that completes a folder of pages; "" where the centre joins none."""
        demand = self.gate(centre)[Rule.JOIN]
        return demand.limit if demand.action is Action.ON else ""

    def admit(self, scan: OpenScan, centre: str) -> Admitted:
        """Raises GateRefused (a subclass says why), and Rejected where the file cannot be opened after all."""
        gate, original = self.gate(centre), scan.original
        if self._tombstones.of(original.sha256) is not None:
            raise SecretPaper
        findings = list(file_findings(original, gate))
        _require_none_refused(findings, gate)
        seen = self._look(scan, gate)
        findings += seen.findings
        _require_none_refused(findings, gate)
        return Admitted(remarks=tuple(_remarks(findings, gate)), documents=cut(original, seen.marks))

    def _look(self, scan: OpenScan, gate: Gate) -> _Seen:
        seen, original = _Seen(), scan.original
        if original.media_type is MediaType.PDF and _asks(gate, Rule.ACTIVE) and scan.is_active():
            seen.findings.append(Finding(rule=Rule.ACTIVE))
        stack = gate[Rule.SEPARATORS].action is Action.ON and original.pages > 1
        all_pages = stack or any(_asks(gate, rule) for rule in _OF_PAGES)
        numbers = range(1, original.pages + 1) if all_pages else range(1, 2)
        if not all_pages and not _asks(gate, Rule.SECRECY):
            return seen
        begins = True  # the first page of a paper, where its mark of secrecy is
        with closing(one_ahead(scan.pages(numbers, dpi=ENOUGH_DPI))) as pages:
            for page in pages:
                if begins and _asks(gate, Rule.SECRECY) and secrecy.is_marked(page, self._stamps):
                    seen.findings.append(Finding(rule=Rule.SECRECY, page=page.number))
                    if gate[Rule.SECRECY].action is Action.REFUSE:
                        break
                begins = False
                if page.image is None:
                    continue
                mark = find_mark(page.image, gate[Rule.SEPARATORS].limit) if stack else None
                begins = mark is not None
                if mark is not None:
                    seen.marks.append(mark)
                if mark is None or mark.paper:
                    seen.findings += page_findings(page, measure(page.image), gate)
        return seen


@dataclass(slots=True)
class _Seen:
    findings: list[Finding] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)


def _asks(gate: Gate, rule: Rule) -> bool:
    return gate[rule].action is not Action.OFF


def file_findings(original: Original, gate: Gate) -> Iterator[Finding]:
    """What can be said without opening the file."""
    formats = gate[Rule.FORMAT].limit.split(",")
    if original.media_type not in [FORMATS[name] for name in formats]:
        kind = next(name for name, media in FORMATS.items() if media is original.media_type)
        yield Finding(rule=Rule.FORMAT, measured=kind.upper(), limit=", ".join(formats).upper())
    if original.size > gate[Rule.SIZE].number * 1e6:
        yield Finding(rule=Rule.SIZE, measured=f"{original.size / 1e6:.1f} MB", limit=f"{gate[Rule.SIZE].limit} MB")
    if original.pages > gate[Rule.PAGES].number:
        yield Finding(rule=Rule.PAGES, measured=f"{original.pages} trang", limit=f"{gate[Rule.PAGES].limit} trang")


def page_findings(page: ScanPage, quality: Quality, gate: Gate) -> Iterator[Finding]:
    """What a page's picture does not meet. Nothing but blankness is said of a blank page."""

    def finding(rule: Rule, value: float, unit: str = "", digits: int = 0) -> Finding:
        limit = gate[rule].limit
        return Finding(
            rule=rule,
            page=page.number,
            measured=f"{value:.{digits}f}{unit}",
            limit=f"{limit}{unit}",
            value=value if rule in (Rule.BLUR, Rule.CUT_OFF) else -value,
        )

    if quality.ink < gate[Rule.BLANK].number:
        yield finding(Rule.BLANK, quality.ink, " ‰", 2)
        return
    resolution = Rule.DRAWING if quality.drawing else Rule.RESOLUTION
    if quality.dpi < _ROUNDED * gate[resolution].number:
        yield finding(resolution, quality.dpi, " dpi")
    if not quality.colour:
        yield Finding(rule=Rule.COLOUR, page=page.number)
    if quality.lightness < gate[Rule.DARK].number:
        yield finding(Rule.DARK, quality.lightness, " %")
    if quality.blur > gate[Rule.BLUR].number:
        yield finding(Rule.BLUR, quality.blur, "", 1)
    if quality.cut > gate[Rule.CUT_OFF].number:
        yield finding(Rule.CUT_OFF, quality.cut)


def _grouped(findings: Iterable[Finding]) -> Iterator[tuple[Rule, tuple[int, ...], Finding]]:
    """For each rule that is not met, in the order of the rules, its pages and the worst finding."""
    by_rule: dict[Rule, list[Finding]] = {}
    for one in findings:
        by_rule.setdefault(one.rule, []).append(one)
    for rule in Rule:
        if found := by_rule.get(rule):
            yield rule, tuple(one.page for one in found if one.page), max(found, key=lambda one: one.value)


def _require_none_refused(findings: Iterable[Finding], gate: Gate) -> None:
    """Secrecy first, then as the rules stand."""
    refused = [g for g in _grouped(findings) if gate[g[0]].action is Action.REFUSE]
    for rule, pages, worst in sorted(refused, key=lambda group: group[0] is not Rule.SECRECY):
        raise _ERRORS[rule](pages=pages, measured=worst.measured, limit=worst.limit)


def _remarks(findings: Iterable[Finding], gate: Gate) -> Iterator[Remark]:
    for rule, pages, worst in _grouped(findings):
        if gate[rule].action is Action.WARN:
            yield Remark(code=_ERRORS[rule].code, pages=pages, measured=worst.measured, limit=worst.limit)
