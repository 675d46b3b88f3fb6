from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from pipeline.geometry import Affine, Box
from pipeline.imaging.opener import SandboxedOpener
from pipeline.intake.separators import Mark, find_mark, mark_of
from pipeline.intake.separators_patch import is_patch_t
from pipeline.intake.stack import cut
from pipeline.model import Code, MediaType, Original, PageImage, Pixels

CODE = "H18.25-230914-0012"
SHEETS = Path("../shared/data/bad-inputs/paperless/src/documents/tests/samples/barcodes")


def patch(pattern: str = "NWNW", *, dpi: int = 100, scale: float = 1.0) -> Pixels:
    """A sheet of A4 with the bars of a patch code below its upper edge."""
    inch = dpi * scale
    page = np.full((round(11.69 * dpi), round(8.27 * dpi)), 255, np.uint8)
    y = 0.5 * inch
    for bar in pattern:
        width = (0.2 if bar == "W" else 0.08) * inch
        page[round(y) : round(y + width), round(1.5 * dpi) : round(6.8 * dpi)] = 0
        y += width + 0.08 * inch
    return page


def tilted(page: Pixels, degrees: float) -> Pixels:
    height, width = page.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return np.asarray(cv2.warpAffine(page, matrix, (width, height), borderValue=(255,)), dtype=np.uint8)


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("dpi", [75, 100, 200, 300])
def test_patch_t_is_found_along_every_edge_at_every_resolution(turns: int, dpi: int) -> None:
    assert is_patch_t(np.rot90(patch(dpi=dpi), turns), dpi)


@pytest.mark.parametrize("degrees", [-2.0, 1.0, 2.0])
def test_patch_t_is_found_on_a_sheet_that_lies_askew(degrees: float) -> None:
    assert is_patch_t(tilted(patch(dpi=200), degrees), 200)


@pytest.mark.parametrize("scale", [0.75, 1.25])
def test_patch_t_is_found_on_a_sheet_printed_in_another_size(scale: float) -> None:
    assert is_patch_t(patch(scale=scale, dpi=200), 200)


def test_patch_t_is_found_through_blur_noise_and_specks() -> None:
    page = cv2.GaussianBlur(patch(dpi=200), (0, 0), 2.5).astype(np.int16)
    rng = np.random.default_rng(7)
    page = np.clip(page * 0.7 + 40 + rng.normal(0, 12, page.shape), 0, 255).astype(np.uint8)
    page[rng.random(page.shape) < 0.002] = 0
    assert is_patch_t(page, 200)


@pytest.mark.parametrize("pattern", ["WNWN", "NNWW", "WWNN", "NWWN", "WNNW", "NNNN", "WWWW", "NWN"])
def test_other_patch_codes_and_bars_are_not_patch_t(pattern: str) -> None:
    assert not is_patch_t(patch(pattern, dpi=200), 200)


def test_an_empty_page_and_a_page_of_print_are_not_patch_t() -> None:
    assert not is_patch_t(np.full((1100, 800), 255, np.uint8), 100)
    page = np.full((2200, 1600), 255, np.uint8)
    for y in range(100, 2100, 50):
        cv2.putText(page, "Can cu Luat To chuc chinh quyen", (120, y), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 0, 3)
    assert not is_patch_t(page, 200)


def code(text: str, kind: str = "Code128") -> Code:
    return Code(page=3, format=kind, text=text, box=Box(0, 0, 1, 1))


def test_the_agreed_text_marks_a_sheet_in_whatever_case_and_code() -> None:
    assert mark_of([code("patcht", "QRCode")], 3, "PATCHT") == Mark(page=3)
    assert mark_of([code("CUSTOM BARCODE", "Code39")], 3, "Custom barcode") == Mark(page=3)


def test_a_sheet_can_give_the_dossier_of_what_follows() -> None:
    assert mark_of([code(f"PATCHT:{CODE}")], 3, "PATCHT") == Mark(page=3, dossier=CODE)
    assert mark_of([code("PATCHT:nonsense")], 3, "PATCHT") == Mark(page=3)


def test_a_reception_slip_gives_its_dossier_and_stays_a_paper() -> None:
    slip = code(f"{CODE}|1.012766|012345678901|Giấy tiếp nhận hồ sơ và hẹn trả kết quả", "QRCode")
    assert mark_of([slip], 3, "PATCHT") == Mark(page=3, dossier=CODE, paper=True)


def test_other_papers_of_the_system_part_nothing() -> None:
    paper = code(f"{CODE}|1.012766|012345678901|Giấy chứng nhận quyền sử dụng đất", "QRCode")
    assert mark_of([paper, code("ASN00123"), code("TAG:invoice")], 3, "PATCHT") is None


@given(st.text(max_size=60))
def test_no_text_of_a_code_breaks_the_search(text: str) -> None:
    found = mark_of([code(text)], 3, "PATCHT")
    assert found is None or found.page == 3


def test_a_printed_sheet_with_a_qr_code_is_found() -> None:
    matrix = np.array([[255 * (1 - bit) for bit in row] for row in segno.make(f"PATCHT:{CODE}").matrix], np.uint8)
    page = np.full((1400, 1000), 255, np.uint8)
    qr = np.kron(matrix, np.full((8, 8), 1, np.uint8))
    page[300 : 300 + qr.shape[0], 300 : 300 + qr.shape[1]] = qr
    image = PageImage(number=2, pixels=page, dpi=120, to_points=Affine())
    assert find_mark(image, "PATCHT") == Mark(page=2, dossier=CODE)


# --- stacks -------------------------------------------------------------------------------------------------


def stack(pages: int) -> Original:
    return Original(sha256="ab" * 32, size=1, media_type=MediaType.PDF, pages=pages)


def ranges(pages: int, *marks: Mark) -> list[tuple[int, int, str]]:
    return [(d.parts[0].first, d.parts[0].last, d.dossier) for d in cut(stack(pages), marks)]


def test_a_sheet_parts_a_stack_and_is_in_no_document() -> None:
    assert ranges(5, Mark(page=3)) == [(1, 2, ""), (4, 5, "")]
    assert ranges(3) == [(1, 3, "")]


def test_sheets_at_the_ends_and_side_by_side_make_no_empty_document() -> None:
    assert ranges(6, Mark(page=1), Mark(page=3), Mark(page=4), Mark(page=6)) == [(2, 2, ""), (5, 5, "")]


def test_a_slip_is_a_document_and_its_dossier_holds_until_the_next_mark() -> None:
    other = "H18.25-230914-0013"
    marks = [Mark(page=1, dossier=CODE, paper=True), Mark(page=4), Mark(page=6, dossier=other)]
    assert ranges(8, *marks) == [(1, 1, CODE), (2, 3, CODE), (5, 5, ""), (7, 8, other)]


def test_a_stack_of_nothing_but_sheets_is_one_document() -> None:
    assert ranges(2, Mark(page=1), Mark(page=2)) == [(1, 2, "")]


@given(
    st.integers(1, 40).flatmap(lambda n: st.tuples(st.just(n), st.sets(st.integers(1, n)), st.sets(st.integers(1, n))))
)
def test_every_page_but_the_sheets_is_in_one_document_in_its_order(drawn: tuple[int, set[int], set[int]]) -> None:
    pages, sheets, slips = drawn
    slips -= sheets
    marks = [Mark(page=n) for n in sheets] + [Mark(page=n, dossier=CODE, paper=True) for n in slips]
    documents = cut(stack(pages), marks)
    found = [n for document in documents for part in document.parts for n in range(part.first, part.last + 1)]
    expected = [n for n in range(1, pages + 1) if n not in sheets] or list(range(1, pages + 1))
    assert found == expected
    assert len({document.id for document in documents}) == len(documents)


@pytest.mark.parametrize(
    ("name", "sheets"),
    [
        ("patch-code-t-middle.pdf", [2]),
        ("patch-code-t-middle.tiff", [2]),
        ("patch-code-t-middle-alpha.tiff", [2]),
        ("patch-code-t-middle-distorted.pdf", [2]),
        ("patch-code-t-middle-fuzzy.pdf", [2]),
        ("patch-code-t-middle-reverse.pdf", [2]),
        ("patch-code-t-middle-unreadable.pdf", []),
        ("several-patcht-codes.pdf", [3, 6]),
        ("barcode-fax-image.pdf", [2]),
        ("split-by-tag-basic.pdf", []),
    ],
)
def test_sheets_of_another_program_are_found(name: str, sheets: list[int]) -> None:
    path = SHEETS / name
    if not path.exists():
        pytest.skip("the evaluation data are not here")
    opener = SandboxedOpener()
    with opener.pages(path, range(1, opener.inspect(path).pages + 1)) as pages:
        marks = [find_mark(page.image, "PATCHT") for page in pages if page.image is not None]
    assert [mark.page for mark in marks if mark] == sheets


@pytest.mark.parametrize(("name", "page"), [("patch-code-t-middle.pdf", 2), ("barcode-fax-image.pdf", 2)])
def test_the_bars_of_a_real_patch_sheet_are_known_without_its_bar_code(name: str, page: int) -> None:
    if not (SHEETS / name).exists():
        pytest.skip("the evaluation data are not here")
    with SandboxedOpener().pages(SHEETS / name, [page]) as pages:
        (image,) = [opened.image for opened in pages]
    assert image is not None and is_patch_t(image.pixels, image.dpi)
