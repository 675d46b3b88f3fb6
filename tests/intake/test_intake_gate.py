"""The gate on real files: PDFs with scripts, scans that miss a rule, and the evaluation data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import img2pdf
import pikepdf
import pytest
from PIL import Image, ImageDraw

from ocr_models.stamps import StampWords
from pipeline import errors
from pipeline.errors import (
    FileTooBig,
    FileTooLong,
    FormatRefused,
    GateRefused,
    LowResolution,
    NotSettled,
    SecretPaper,
    TooBlurred,
    explain,
)
from pipeline.imaging import opener as opening
from pipeline.imaging.opener import SandboxedOpener
from pipeline.imaging.quality import Quality
from pipeline.intake.admission import Admitted, remark_text
from pipeline.intake.gate import _ERRORS, Gatekeeper, page_findings
from pipeline.intake.join import receive_pages
from pipeline.intake.receive import Reception, receive
from pipeline.intake.rules import DEFAULTS, Demand, Gate
from pipeline.intake.settle import InboxFile, sign
from pipeline.model import Action, GateSetting, Remark, Rule, ScanPage, Tombstone, whole
from pipeline.ports import OpenScan
from sample_scans.drawing import font
from storage.catalogue import Catalogue
from storage.objects.memory import MemoryStore
from tests.intake.intake_kit import START

DATA = Path("../shared/data")
GOOD = Quality(dpi=200, colour=True, ink=60, lightness=95, blur=2, cut=0, drawing=False)
SHEET = ScanPage(number=4, width=595, height=842, image=None)


@pytest.fixture
def catalogue() -> Iterator[Catalogue]:
    opened = Catalogue("sqlite://")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def opener() -> SandboxedOpener:
    return SandboxedOpener()


@pytest.fixture(scope="module")
def stamps() -> StampWords:
    return StampWords()


@pytest.fixture
def keeper(catalogue: Catalogue, stamps: StampWords) -> Gatekeeper:
    return Gatekeeper(book=catalogue.gate, tombstones=catalogue.tombstones, stamps=stamps)


def admit(keeper: Gatekeeper, opener: SandboxedOpener, path: Path) -> Admitted:
    with opener.opened(path) as scan:
        return keeper.admit(scan, "H18.25")


def asked(catalogue: Catalogue, rule: Rule, action: Action, limit: str = "") -> None:
    catalogue.gate.put(GateSetting(centre="", rule=rule, action=action, limit=limit, set_at=START))


def scanned(path: Path, *, pages: int = 1, dpi: int = 200) -> Path:
    """A PDF of coloured pages with print."""
    page = Image.new("RGB", (800, 1000), (250, 245, 235))
    draw = ImageDraw.Draw(page)
    for y in range(100, 900, 40):
        draw.text((80, y), "Căn cứ Luật Tổ chức chính quyền", fill=(30, 30, 60), font=font("serif", "regular", 30))
    page.save(path.with_suffix(".png"), dpi=(dpi, dpi))
    data = img2pdf.convert([str(path.with_suffix(".png"))] * pages)
    assert data is not None
    path.write_bytes(data)
    return path


def codes(admitted: Admitted) -> set[str]:
    return {remark.code for remark in admitted.remarks}


def test_a_good_scan_is_let_in_without_a_word(keeper: Gatekeeper, opener: SandboxedOpener, tmp_path: Path) -> None:
    path = scanned(tmp_path / "a.pdf")
    assert admit(keeper, opener, path) == Admitted(remarks=(), documents=(whole(opener.inspect(path)),))


def with_script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


def with_attachment(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["a.exe"] = pikepdf.AttachedFileSpec(pdf, b"MZ", filename="a.exe")


def with_launch(pdf: pikepdf.Pdf) -> None:
    action = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe")
    link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=action)
    pdf.pages[0].Annots = pdf.make_indirect(pikepdf.Array([link]))


@pytest.mark.parametrize("change", [with_script, with_attachment, with_launch])
@pytest.mark.parametrize("packed", [False, True])
def test_a_pdf_with_scripts_or_attachments_is_let_in_and_said_to_be_so(
    keeper: Gatekeeper, opener: SandboxedOpener, tmp_path: Path, change: object, packed: bool
) -> None:
    with pikepdf.open(scanned(tmp_path / "a.pdf")) as pdf:
        change(pdf)  # type: ignore[operator]
        mode = pikepdf.ObjectStreamMode.generate if packed else pikepdf.ObjectStreamMode.disable
        pdf.save(tmp_path / "b.pdf", object_stream_mode=mode)
    before = (tmp_path / "b.pdf").read_bytes()
    assert "active-pdf" in codes(admit(keeper, opener, tmp_path / "b.pdf"))
    assert (tmp_path / "b.pdf").read_bytes() == before


def test_a_format_that_the_centre_does_not_take_is_refused(
    keeper: Gatekeeper, opener: SandboxedOpener, catalogue: Catalogue, tmp_path: Path
) -> None:
    asked(catalogue, Rule.FORMAT, Action.REFUSE, "jpeg,png")
    with pytest.raises(FormatRefused) as refused:
        admit(keeper, opener, scanned(tmp_path / "a.pdf"))
    assert refused.value.facts() == "định dạng không được nhận (đo được PDF, giới hạn JPEG, PNG)"


def test_limits_of_size_and_pages_are_told_with_their_measure(
    keeper: Gatekeeper, opener: SandboxedOpener, catalogue: Catalogue, tmp_path: Path
) -> None:
    path = scanned(tmp_path / "a.pdf", pages=3)
    asked(catalogue, Rule.PAGES, Action.REFUSE, "2")
    with pytest.raises(FileTooLong) as refused:
        admit(keeper, opener, path)
    assert refused.value.facts() == "quá nhiều trang (đo được 3 trang, giới hạn 2 trang)"
    asked(catalogue, Rule.PAGES, Action.WARN, "2")
    asked(catalogue, Rule.SIZE, Action.REFUSE, "0.001")
    with pytest.raises(FileTooBig):
        admit(keeper, opener, path)


def test_a_warning_and_a_refusal_differ_only_in_what_follows(
    keeper: Gatekeeper, opener: SandboxedOpener, catalogue: Catalogue, tmp_path: Path
) -> None:
    path = scanned(tmp_path / "a.pdf", pages=2, dpi=150)
    (remark,) = admit(keeper, opener, path).remarks
    assert remark == Remark(code="low-resolution", pages=(1, 2), measured="150 dpi", limit="200 dpi")
    asked(catalogue, Rule.RESOLUTION, Action.REFUSE)
    with pytest.raises(LowResolution) as refused:
        admit(keeper, opener, path)
    assert (refused.value.pages, refused.value.measured, refused.value.limit) == ((1, 2), "150 dpi", "200 dpi")
    asked(catalogue, Rule.RESOLUTION, Action.OFF)
    assert admit(keeper, opener, path).remarks == ()


def settled(path: Path) -> InboxFile:
    signature = sign(path)
    assert signature is not None
    return InboxFile(path=path, folder="H18.25", name=path.name, place=Path("H18.25", path.name), signature=signature)


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Grows with every child that is started to open a file."""
    started: list[object] = []
    start = opening._FORK_SERVER.start
    monkeypatch.setattr(opening._FORK_SERVER, "start", lambda request: started.append(request) or start(request))
    return started


@pytest.fixture
def reception(keeper: Gatekeeper, opener: SandboxedOpener, catalogue: Catalogue) -> Reception:
    return Reception(opener=opener, objects=MemoryStore(), book=catalogue.receipts, admit=keeper.admit)


def test_one_child_serves_a_whole_reception(reception: Reception, children: list[object], tmp_path: Path) -> None:
    path = scanned(tmp_path / "a.pdf", pages=2, dpi=150)
    received = receive(settled(path), START, reception, tmp_path / "done")
    assert [(remark.code, remark.pages) for remark in received.receipt.remarks] == [("low-resolution", (1, 2))]
    assert received.original.pages == 2
    assert len(children) == 1


def test_one_child_serves_each_page_of_a_set(reception: Reception, children: list[object], tmp_path: Path) -> None:
    pictures = [scanned(tmp_path / f"{name}.pdf").with_suffix(".png") for name in ("A001", "A002")]
    received = receive_pages([settled(path) for path in pictures], START, reception, tmp_path / "done")
    assert [one.receipt.name for one in received] == ["A001.png", "A002.png"]
    assert len(children) == 2


def test_a_file_that_changes_while_the_gate_looks_at_it_is_not_refused(reception: Reception, tmp_path: Path) -> None:
    path = scanned(tmp_path / "a.pdf")

    def writer_comes(scan: OpenScan, centre: str) -> Admitted:
        with path.open("ab") as file:
            file.write(b"more")
        raise TooBlurred

    with pytest.raises(NotSettled):
        receive(settled(path), START, replace(reception, admit=writer_comes), tmp_path / "done")
    assert path.exists()


def test_what_was_purged_is_not_let_in_again(
    keeper: Gatekeeper, opener: SandboxedOpener, catalogue: Catalogue, tmp_path: Path
) -> None:
    path = scanned(tmp_path / "a.pdf")
    sha256 = opener.inspect(path).sha256
    catalogue.tombstones.record(Tombstone(sha256=sha256, code="secret-paper", document="0" * 20, purged_at=START))
    with pytest.raises(SecretPaper):
        admit(keeper, opener, path)


# --- rules on measures --------------------------------------------------------------------------------------


def rules_missed(quality: Quality, gate: Gate = DEFAULTS) -> list[Rule]:
    return [finding.rule for finding in page_findings(SHEET, quality, gate)]


@pytest.mark.parametrize(
    ("quality", "missed"),
    [
        (GOOD, []),
        (replace(GOOD, dpi=197), []),
        (replace(GOOD, dpi=190), [Rule.RESOLUTION]),
        (replace(GOOD, drawing=True), [Rule.DRAWING]),
        (replace(GOOD, drawing=True, dpi=300), []),
        (replace(GOOD, colour=False), [Rule.COLOUR]),
        (replace(GOOD, lightness=44), [Rule.DARK]),
        (replace(GOOD, blur=5.5), [Rule.BLUR]),
        (replace(GOOD, cut=9), [Rule.CUT_OFF]),
        (replace(GOOD, ink=0.2, colour=False, blur=9, lightness=10), [Rule.BLANK]),
    ],
)
def test_a_measure_beyond_its_limit_misses_its_rule(quality: Quality, missed: list[Rule]) -> None:
    assert rules_missed(quality) == missed


def test_the_limit_is_the_centres() -> None:
    gate = {**DEFAULTS, Rule.BLUR: Demand(action=Action.WARN, limit="1.5")}
    (finding,) = page_findings(SHEET, GOOD, gate)
    assert (finding.rule, finding.page, finding.measured, finding.limit) == (Rule.BLUR, 4, "2.0", "1.5")


# --- what the clerk reads -----------------------------------------------------------------------------------


def test_every_rule_that_can_refuse_has_words_for_the_clerk() -> None:
    kinds = set(_ERRORS.values())
    assert {rule for rule in Rule if rule not in (Rule.SEPARATORS, Rule.JOIN)} == set(_ERRORS)
    assert kinds == {kind for kind in errors.all_errors() if issubclass(kind, GateRefused) and kind is not GateRefused}
    assert len({kind.short for kind in kinds}) == len({kind.clerk for kind in kinds}) == len(kinds)


def test_a_note_names_what_is_wrong_what_to_do_and_the_numbers() -> None:
    error = TooBlurred(pages=(2, 5), measured="7.8", limit="5")
    assert explain(error, "đơn.pdf") == (
        "Tệp: đơn.pdf\n\n"
        "Trang quét bị mờ, nhòe nên khó đọc. Vui lòng lau mặt kính, giữ yên giấy rồi quét lại.\n\n"
        "Trang 2, 5: quá mờ (đo được 7.8, giới hạn 5).\n\n"
        "Mã hỗ trợ: too-blurred\n"
    )


def test_a_remark_of_another_version_is_shown_by_its_code() -> None:
    assert remark_text(Remark(code="a-rule-of-the-future", pages=(1,))) == "a-rule-of-the-future"


def test_many_pages_are_not_all_listed() -> None:
    assert remark_text(Remark(code="no-colour", pages=tuple(range(1, 41)))).startswith(
        "Trang 1, 2, 3, 4, 5, 6, 7, 8 …:"
    )


# --- the evaluation data ------------------------------------------------------------------------------------

EXPECTED = {
    "real-scans/cp-28-2021-p1.jpg": {"no-colour", "cut-off-page"},
    "real-scans/nd30-photo.jpg": set(),
    "real-scans/qn-299-p1.pdf": set(),
    "real-scans-unread/05CT.pdf": {"low-resolution"},
    "real-scans-unread/575_UB.signed.pdf": set(),
    "real-scans-unread/574_UB.signed.pdf": {"blank-page"},
    "real-scans-unread/thuvienphapluat_blur2.png": {"low-resolution", "too-blurred"},
}


@pytest.mark.parametrize("name", EXPECTED)
def test_no_real_scan_is_refused_and_what_is_remarked_can_be_seen_on_it(
    keeper: Gatekeeper, opener: SandboxedOpener, name: str
) -> None:
    if not (DATA / name).exists():
        pytest.skip("the evaluation data are not here")
    assert codes(admit(keeper, opener, DATA / name)) == EXPECTED[name]
