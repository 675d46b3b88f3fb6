"""Pages with all the ink that offices leave on paper, and the truth of what is printed: seeded, for fitting weights.

A page is a form filled in by hand, or a letter of paragraphs from given texts; some with the small print of a digital
signature; with signatures, seals and stamps in colour or in black, then worn as paper, copiers and scanners wear it,
or photographed.
`python -m ocr_models.train.judgement` uses them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date

import cv2
import numpy as np

from ocr_models.train.pen import written
from pipeline.model import Pixels
from sample_scans import applications, decisions, degrade, marks, notices, photograph
from sample_scans.cases import COMMUNES, SIGNERS, Case, case_without
from sample_scans.drawing import Mark, SamplePage, Sheet, press
from sample_scans.layout import Entry, Form, Paragraph, draw_form
from sample_scans.people import person
from sample_scans.photograph import DESKS

TYPEFACES = ("serif", "serif", "serif", "sans", "typewriter")
PHOTOGRAPHED = 0.25
"""The share of the pages that a telephone takes."""
_STARTS = (
    "b", "c", "ch", "d", "đ", "g", "h", "k", "kh", "l", "m", "n", "ng", "nh", "p", "ph", "r", "s", "t", "th", "tr",
    "v", "x",
)  # fmt: skip
_RHYMES = (
    "a", "ai", "am", "an", "ang", "anh", "ao", "at", "ác", "ách", "ăm", "ặp", "ấu", "ân", "ất", "ạp", "e", "em",
    "én", "eng", "èo", "ẹt", "ê", "ềm", "ếnh", "ết", "i", "iêng", "ỉa", "ình", "ịt", "o", "oa", "oi", "ỏm", "ong",
    "ọp", "ô", "ồi", "ổng", "ộc", "ơ", "ởi", "ớn", "u", "ùa", "ui", "úng", "ụt", "ư", "ừa", "ứng", "ực", "ưởi", "y",
    "ỷ",
)  # fmt: skip


def pages(count: int, texts: Sequence[str], seed: int) -> Iterator[SamplePage]:
    """`count` pages; `texts` are paragraphs to fill letters with. The same seed and fonts give the same pages."""
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        page = _worn(rng, _page(rng, texts))
        yield _photographed(rng, page) if rng.random() < PHOTOGRAPHED else page


def _page(rng: np.random.Generator, texts: Sequence[str]) -> SamplePage:
    for _ in range(20):
        case = _case(rng)
        by_hand = rng.random() < 0.5
        form = _form(rng, case) if by_hand else _letter(rng, case, texts)
        blank = [block.label for block in form.body if isinstance(block, Entry) and not block.value]
        typeface = TYPEFACES[int(rng.integers(len(TYPEFACES)))]
        try:
            sheet = draw_form(replace(form, typeface=typeface, size=float(rng.uniform(11, 14))), rng)
        except ValueError:  # too long for a page
            continue
        _answer(rng, sheet, case, blank)
        if rng.random() < 0.4:
            _sign_digitally(rng, sheet, case)
        return _pressed(rng, sheet.page(float(rng.choice((120, 150, 200, 200, 300)))))
    raise RuntimeError("no form fits on a page")


def _case(rng: np.random.Generator) -> Case:
    commune = str(rng.choice(list(COMMUNES.values())))
    case = case_without(int(rng.integers(1 << 30)), "page", date(2023, int(rng.integers(1, 13)), 15), commune)
    serial = f"{int(rng.integers(9999)):04}"
    return replace(case, code=f"H18.{int(rng.integers(1, 60))}-23{int(rng.integers(10, 13))}15-{serial}")


def _form(rng: np.random.Generator, case: Case) -> Form:
    """A form of which about half the answers are left to the pen."""
    makers: tuple[Callable[[], Form], ...] = (
        lambda: applications.land_application(case, marks.qr(case.code)),
        lambda: applications.birth_declaration(case),
        lambda: applications.marriage_declaration(case),
        lambda: applications.aid_declaration(case),
        lambda: decisions.birth_certificate(case, rng, _signer(rng)),
        lambda: decisions.marriage_certificate(case, _signer(rng)),
        lambda: notices.residence_confirmation(case, _signer(rng)),
        lambda: notices.household_list(case, rng, _signer(rng)),
    )
    form = makers[int(rng.integers(len(makers)))]()
    share = rng.uniform(0, 1)
    body = tuple(
        replace(block, value="") if isinstance(block, Entry) and rng.random() < share else block for block in form.body
    )
    return replace(form, body=body)


def _letter(rng: np.random.Generator, case: Case, texts: Sequence[str]) -> Form:
    """A letter or decision whose paragraphs are of the given texts; some of its names and codes are in no text."""
    base = notices.letter(case, _signer(rng)) if rng.random() < 0.5 else decisions.aid_decision(case, _signer(rng))
    body: list[Paragraph] = []
    for _ in range(int(rng.integers(2, 6))):
        body.append(Paragraph(text=_some(rng, texts)))
        if rng.random() < 0.4:
            who = person(rng)
            body.append(
                Paragraph(text=f"Ông/bà {who.name}, số định danh {who.identity}, bản {who.village}; hồ sơ {case.code}.")
            )
        if rng.random() < 0.3:
            body.append(Paragraph(text=f"Gồm: {', '.join(_unheard(rng) for _ in range(int(rng.integers(2, 7))))}."))
    digits = "".join(str(rng.integers(10)) for _ in range(int(rng.integers(1, 5))))
    return replace(base, body=tuple(body), handwritten=digits if base.handwritten else "")


def _unheard(rng: np.random.Generator) -> str:
    """A name of syllables that may be in no text and no list, and are read right all the same."""
    syllables = (
        _STARTS[int(rng.integers(len(_STARTS)))] + _RHYMES[int(rng.integers(len(_RHYMES)))]
        for _ in range(int(rng.integers(2, 4)))
    )
    return " ".join(syllable.capitalize() for syllable in syllables)


def _some(rng: np.random.Generator, texts: Sequence[str]) -> str:
    """Up to seventy words on end of one of the texts."""
    words = texts[int(rng.integers(len(texts)))].split()
    start = int(rng.integers(max(1, len(words) - 30)))
    return " ".join(words[start : start + int(rng.integers(20, 70))])


def _signer(rng: np.random.Generator) -> str:
    return person(rng).name if rng.random() < 0.7 else str(rng.choice(SIGNERS))


def _answer(rng: np.random.Generator, sheet: Sheet, case: Case, labels: Sequence[str]) -> None:
    """Writes by hand behind the labels of a form."""
    answers = (case.person.name, case.home, "Đăng ký thường trú", "Không", "Nhà ở cấp IV", f"Bản {case.person.village}")
    height = float(rng.uniform(1.9, 3.2))
    for line in [line for line in sheet.lines if line.text in labels]:
        mark = written(rng, str(rng.choice(answers)), x_height_mm=height)
        room = sheet.width - 12 - line.box.x1
        if mark.width_mm > room:
            continue
        tall = mark.width_mm * mark.mask.shape[0] / mark.mask.shape[1]
        left = line.box.x1 + float(rng.uniform(1, 1 + 0.3 * (room - mark.width_mm)))
        sheet.mark(mark, left + mark.width_mm / 2, line.box.y1 - 0.42 * tall + float(rng.normal(0, 0.5)))


def _sign_digitally(rng: np.random.Generator, sheet: Sheet, case: Case) -> None:
    """Who signed and when, as programs put it along the upper edge of what they sign: print half as high as the page's,
    and print all the same."""
    office = f"{rng.choice(('UBND', 'Ủy ban nhân dân', 'Văn phòng UBND'))} {case.commune}"
    day = f"{rng.integers(1, 29):02}.{rng.integers(1, 13):02}.2023"
    time = f"{rng.integers(7, 18):02}:{rng.integers(60):02}"
    lines = (
        f"Ký bởi: {office}",
        "Email: ubnd@dienbien.gov.vn",
        f"Cơ quan: {case.district}",
        f"Thời gian ký: {day} {time}:00 +07:00",
    )
    size = float(rng.uniform(4.5, 8))
    x, y = (14.0, 120.0)[int(rng.integers(2))], float(rng.uniform(4, 6))
    for number, text in enumerate(lines[int(rng.integers(2)) :]):
        sheet.write(x, y + number * size * 0.38, text, size=size)


def _pressed(rng: np.random.Generator, page: SamplePage) -> SamplePage:
    """Stamps, seals and notes in the margins, where they come to lie."""
    pixels = page.pixels
    for mark in _stray(rng):
        pixels = _somewhere(rng, pixels, page.dpi, *mark)
    return replace(page, pixels=pixels)


def _stray(rng: np.random.Generator) -> Iterator[tuple[Mark, ...]]:
    """Marks that belong together share a tuple: they have the same centre."""
    if rng.random() < 0.35:
        frame, pen = marks.arrival(rng, "UBND xã Mường Sen", str(rng.integers(1, 2000)), f"{rng.integers(1, 29)}/9/23")
        yield _inked(rng, frame), _inked(rng, pen)
    if rng.random() < 0.3:
        yield (_inked(rng, marks.seal(rng, "Huyện Mường Vân · tỉnh Điện Biên", "Phòng Tư pháp")),)
    if rng.random() < 0.4:
        text = str(rng.choice(("Chuyển văn phòng", "Đ/c Hùng xử lý", "Đồng ý", "Báo cáo lại", "Lưu")))
        yield (written(rng, text, x_height_mm=float(rng.uniform(2, 4))),)
    if rng.random() < 0.2:
        yield (marks.signature(rng),)


def _inked(rng: np.random.Generator, mark: Mark) -> Mark:
    inks = (mark.ink, mark.ink, (30, 30, 34), (60, 60, 70), (120, 40, 130), (40, 60, 170))
    return replace(mark, ink=inks[int(rng.integers(len(inks)))])


def _somewhere(rng: np.random.Generator, pixels: Pixels, dpi: float, *together: Mark) -> Pixels:
    height, width = pixels.shape[:2]
    x, y = float(rng.uniform(0.12, 0.85)) * width, float(rng.uniform(0.05, 0.95)) * height
    for mark in together:
        pixels = press(pixels, mark, x, y, dpi)
    return pixels


def _worn(rng: np.random.Generator, page: SamplePage) -> SamplePage:
    """Up to three of the things that happen to paper; a third of the pages are grey, and some black and white."""
    seed = int(rng.integers(1 << 30))
    amount = float(rng.uniform(0.1, 0.8))
    steps: tuple[Callable[[Pixels], Pixels], ...] = (
        lambda p: degrade.ink_spread(p, seed, strength=amount),
        lambda p: degrade.noise(p, seed, strength=2 * amount),
        lambda p: degrade.shade(p, seed, strength=amount),
        lambda p: degrade.fade(p, seed, strength=amount),
        lambda p: degrade.photocopy(p, seed, strength=amount),
        lambda p: degrade.photocopy(degrade.photocopy(p, seed, strength=amount), seed + 1, strength=amount),
        lambda p: degrade.jpeg(p, int(90 - 60 * amount)),
        lambda p: degrade.guilloche(p, strength=0.5 * amount),
        lambda p: degrade.paper(p, seed, strength=amount),
    )
    for at in sorted(rng.choice(len(steps), int(rng.integers(0, 4)), replace=False).tolist()):
        page = page.degraded(steps[at])
    if rng.random() < 0.4:
        page = page.moved(lambda p: degrade.skew(p, float(rng.normal(0, 0.8))))
    colour = rng.random()
    if colour < 0.2:
        return page.degraded(lambda p: degrade.fax(p, seed, strength=0.3 * amount))
    return page.degraded(_grey) if colour < 0.5 else page


def _grey(pixels: Pixels) -> Pixels:
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)


def _photographed(rng: np.random.Generator, page: SamplePage) -> SamplePage:
    """A telephone's JPEG: from aside, more or less in focus, some so small that marks are hardly seen."""
    seed = int(rng.integers(1 << 30))
    long_side = int(rng.integers(1250, 2600))
    view = photograph.some_view(seed, strength=float(rng.uniform(0.1, 0.9)), long_side=long_side)
    light = photograph.Light(gradient=0.35, hand=0.5 if rng.random() < 0.2 else 0.0)
    focus = float(rng.uniform(0.4, 2.2)) * long_side / 2400
    desk = DESKS[int(rng.integers(len(DESKS)))]
    coloured = page.degraded(lambda p: p if p.ndim == 3 else np.repeat(p[:, :, None], 3, axis=2))
    taken = coloured.moved(lambda p: photograph.photograph(p, seed, view, desk=desk, light=light))
    return taken.degraded(
        lambda p: photograph.out_of_focus(p, focus),
        lambda p: degrade.noise(p, seed, strength=0.5),
        lambda p: degrade.jpeg(p, int(rng.integers(45, 85))),
    )
