"""The sample scans: which paper, how it was scanned, where a clerk dropped it, and which dossier it belongs to."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import PurePosixPath

import numpy as np

from pipeline.model import MatchSource
from sample_scans import applications, decisions, degrade, files, notices, register
from sample_scans.cases import COMMUNES, SIGNERS, case_for, case_without, rng_for
from sample_scans.drawing import MM_PER_INCH, SamplePage, press
from sample_scans.layout import Form, draw_form
from sample_scans.marks import arrival, qr


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SampleScan:
    """A file as a clerk drops it.

    `path` is below scans/, its first folder the centre's code. `pages` are what the file's pages look like before
    compression, as stored (turned pages turned), with the boxes of their words; empty for a born-digital file.
    `dossier` and `paper` (the code of a component or result) are empty where nothing on the scan tells.
    """

    path: str
    kind: str
    data: bytes
    truth: str
    count: int
    pages: tuple[SamplePage, ...] = ()
    dossier: str = ""
    paper: str = ""
    told_by: MatchSource | None = None

    @property
    def name(self) -> str:
        return PurePosixPath(self.path).stem


def scanned(page: SamplePage, seed: int, *, softness: float = 0.35, grain: float = 0.12) -> SamplePage:
    """As any office scanner gives a page: paper tone, soft print, a little noise."""
    return page.degraded(
        lambda p: degrade.ink_spread(p, seed, strength=softness),
        lambda p: degrade.paper(p, seed + 1),
        lambda p: degrade.noise(p, seed + 2, strength=grain),
    )


def _drawn(form: Form, rng: np.random.Generator, dpi: float = 200) -> SamplePage:
    return draw_form(form, rng).page(dpi)


def _truth(*pages: SamplePage) -> str:
    return "\n\n".join(page.truth for page in pages)


def _scan(
    path: str, kind: str, data: bytes, pages: tuple[SamplePage, ...], told: tuple[str, str, MatchSource] | None
) -> SampleScan:
    dossier, paper, source = told or ("", "", None)
    return SampleScan(
        path=path,
        kind=kind,
        data=data,
        truth=_truth(*pages),
        count=len(pages),
        pages=pages,
        dossier=dossier,
        paper=paper,
        told_by=source,
    )


# --- the scans ----------------------------------------------------------------------------------------------


def qr_slip(seed: int) -> SampleScan:
    code = "H18.25-230914-0012"
    case, rng = case_for(seed, code, centre="H18.25"), rng_for(seed, "qr")
    picture = qr(f"{code}|{register.LAND}|{case.person.identity}|Đơn đăng ký biến động đất đai")
    page = scanned(_drawn(applications.land_application(case, picture), rng), seed + 10)
    return _scan("H18.25/quet-0012.pdf", "QR slip", files.pdf([page]), (page,), (code, "TP01", MatchSource.QR))


def decision(seed: int) -> SampleScan:
    code = "H18.25-230914-0012"
    case, rng = case_for(seed, code, centre="H18.25"), rng_for(seed, "decision")
    forms = decisions.land_decision(case, rng, SIGNERS[0])
    pages = tuple(scanned(_drawn(form, rng, 150), seed + 20 + i) for i, form in enumerate(forms))
    return _scan(
        "H18.25/quet-0013.pdf", "three pages", files.pdf(pages, quality=55), pages, (code, "KQ01", MatchSource.TEXT)
    )


def clean_seal(seed: int) -> SampleScan:
    code = "H18.26-230811-0021"
    case, rng = case_for(seed, code, centre="H18.26"), rng_for(seed, "clean seal")
    page = scanned(_drawn(decisions.marriage_certificate(case, SIGNERS[1]), rng), seed + 30)
    path = "H18.26/giay-xac-nhan-tthn.pdf"
    return _scan(path, "clean, red seal", files.pdf([page]), (page,), (code, "KQ01", MatchSource.TEXT))


def skewed(seed: int) -> SampleScan:
    code = "H18.26-230811-0021"
    case, rng = case_for(seed, code, centre="H18.26"), rng_for(seed, "skewed")
    page = scanned(_drawn(applications.marriage_declaration(case), rng), seed + 40)
    page = page.moved(lambda p: degrade.skew(p, 2.6)).degraded(lambda p: degrade.shade(p, seed + 41, strength=0.45))
    path = "H18.26/to-khai-tthn.pdf"
    return _scan(path, "skew and shading", files.pdf([page], quality=50), (page,), (code, "TP01", MatchSource.TEXT))


def low_resolution(seed: int) -> SampleScan:
    code = "H18.26-230705-0007"
    case, rng = case_for(seed, code, centre="H18.26", sex="Nữ"), rng_for(seed, "low resolution")
    page = scanned(_drawn(applications.birth_declaration(case), rng), seed + 50, grain=0.2)
    page = page.moved(lambda p: degrade.resized(p, 120 / 200))
    path = f"H18.26/{code}_to-khai-dang-ky-khai-sinh.jpg"
    return _scan(path, "120 dpi JPEG", files.jpeg(page, quality=45), (page,), (code, "TP01", MatchSource.FILE_NAME))


def faded_copy(seed: int) -> SampleScan:
    code = "H18.26-230705-0007"
    case, rng = case_for(seed, code, centre="H18.26", sex="Nữ"), rng_for(seed, "faded copy")
    page = _drawn(decisions.birth_certificate(case, rng, SIGNERS[1]), rng)
    page = page.degraded(
        lambda p: degrade.fade(p, seed + 60, strength=0.55),
        lambda p: degrade.photocopy(p, seed + 61, strength=0.4),
    )
    path = "H18.26/giay-khai-sinh-ban-sao.pdf"
    return _scan(path, "faded photocopy", files.pdf([page], quality=45), (page,), (code, "KQ01", MatchSource.TEXT))


def two_page_fax(seed: int) -> SampleScan:
    code = "H18.24-230620-0004"
    case, rng = case_for(seed, code, centre="H18.24"), rng_for(seed, "fax")
    pages = tuple(_drawn(form, rng) for form in applications.business_application(case))
    black = [degrade.fax(degrade.ink_spread(page.pixels, seed + 70 + i), seed + 72 + i) for i, page in enumerate(pages)]
    shown = tuple(replace(p, pixels=np.repeat(b[:, :, None], 3, axis=2)) for p, b in zip(pages, black, strict=True))
    path = f"H18.24/{code}/giay-de-nghi.tif"
    return _scan(path, "two-page G4 TIFF", files.tiff(black), shown, (code, "TP01", MatchSource.FILE_NAME))


def certificate(seed: int) -> SampleScan:
    code = "H18.24-230620-0004"
    case, rng = case_for(seed, code, centre="H18.24"), rng_for(seed, "certificate")
    page = _drawn(decisions.business_certificate(case, SIGNERS[2]), rng)
    page = page.degraded(lambda p: degrade.guilloche(p, colour=(150, 175, 160), strength=0.5))
    page = scanned(page, seed + 80)
    path = "H18.24/gcn-ho-kinh-doanh.pdf"
    return _scan(
        path, "guilloche certificate", files.pdf([page], quality=55), (page,), (code, "KQ01", MatchSource.TEXT)
    )


def turned_over(seed: int) -> SampleScan:
    code = "H18.24-230905-0009"
    case, rng = case_for(seed, code, centre="H18.24"), rng_for(seed, "turned over")
    page = scanned(_drawn(decisions.aid_decision(case, SIGNERS[3]), rng), seed + 90)
    page = page.moved(lambda p: degrade.turn(p, 2))
    path = "H18.24/quet-0031.pdf"
    return _scan(path, "upside down", files.pdf([page]), (page,), (code, "KQ01", MatchSource.TEXT))


def sideways(seed: int) -> SampleScan:
    code = "H18.24-230905-0009"
    case, rng = case_for(seed, code, centre="H18.24"), rng_for(seed, "sideways")
    page = scanned(_drawn(applications.aid_declaration(case), rng, 150), seed + 100)
    page = page.moved(lambda p: degrade.turn(p, 1))
    path = "H18.24/quet-0030.pdf"
    return _scan(path, "turned by 90 degrees", files.pdf([page]), (page,), (code, "TP01", MatchSource.TEXT))


def landscape(seed: int) -> SampleScan:
    case = case_without(seed, "list", date(2023, 8, 21), COMMUNES["H18.25"])
    rng = rng_for(seed, "landscape")
    page = scanned(_drawn(notices.household_list(case, rng, "Lường Thị Pỏm"), rng), seed + 110)
    return _scan("H18.25/danh-sach-ho-gia-dinh.pdf", "landscape table", files.pdf([page]), (page,), None)


def photographed(seed: int) -> SampleScan:
    code = "H18.21-230302-0003"
    case, rng = case_for(seed, code, centre="H18.21"), rng_for(seed, "photo")
    page = _drawn(notices.residence_confirmation(case, "Thào A Sử"), rng)
    page = page.degraded(lambda p: degrade.paper(p, seed + 120, tint=(238, 234, 224), strength=0.8))
    page = page.moved(lambda p: degrade.perspective(p, seed + 121, strength=0.6))
    page = page.degraded(
        lambda p: degrade.ink_spread(p, seed + 122, strength=0.6),
        lambda p: degrade.shade(p, seed + 123, strength=0.5),
        lambda p: degrade.noise(p, seed + 124, strength=0.25),
    ).moved(lambda p: degrade.turn(p, 3))
    data = files.jpeg(page, quality=55, orientation=6)
    return _scan("H18.21/IMG_20230303_081512.jpg", "photograph with EXIF orientation", data, (page,), None)


def stamped(seed: int) -> SampleScan:
    case = case_without(seed, "letter", date(2023, 9, 18), "huyện Mường Vân")
    rng = rng_for(seed, "stamped")
    page = _drawn(notices.letter(case, SIGNERS[5]), rng)
    frame, written = arrival(rng, "UBND xã Mường Sen", "1047", "20/9/23")
    at = 44 / MM_PER_INCH * page.dpi, 68 / MM_PER_INCH * page.dpi
    page = page.degraded(lambda p: press(p, frame, *at, page.dpi), lambda p: press(p, written, *at, page.dpi))
    page = scanned(page, seed + 130)
    return _scan("H18.21/cong-van-den-1047.pdf", "arrival stamp, handwritten number", files.pdf([page]), (page,), None)


def picture(seed: int) -> SampleScan:
    case = case_without(seed, "request", date(2023, 3, 6), COMMUNES["H18.22"])
    rng = rng_for(seed, "picture")
    page = _drawn(notices.request_for_papers(case, "Bùi Thu Hường"), rng, 150)
    page = page.degraded(lambda p: degrade.ink_spread(p, seed + 140, strength=0.3))
    return _scan("H18.22/phieu-yeu-cau-bo-sung.png", "PNG", files.png(page), (page,), None)


def printed(seed: int) -> SampleScan:
    code = "H18.25-230612-0031"
    case = case_for(seed, code, centre="H18.25")
    form = decisions.marriage_certificate(case, SIGNERS[4])
    return SampleScan(
        path="H18.25/ket-qua-dien-tu.pdf",
        kind="born-digital",
        data=files.born_digital(form),
        truth=files.born_digital_truth(form),
        count=1,
        dossier=code,
        paper="KQ01",
        told_by=MatchSource.TEXT,
    )


def legacy_code(seed: int) -> SampleScan:
    code = "000.00.15.H18-230920-0004"
    case, rng = case_for(seed, code, centre="H18.01"), rng_for(seed, "legacy")
    form = replace(applications.land_application(case, qr(" ")), code_picture=None, typeface="sans", size=12)
    page = scanned(_drawn(form, rng, 150), seed + 150, softness=0.5)
    path = "H18.01/don-dang-ky-bien-dong.jpg"
    return _scan(path, "legacy dossier code", files.jpeg(page, quality=50), (page,), (code, "TP01", MatchSource.TEXT))


MAKERS: tuple[Callable[[int], SampleScan], ...] = (
    qr_slip,
    decision,
    clean_seal,
    skewed,
    low_resolution,
    faded_copy,
    two_page_fax,
    certificate,
    turned_over,
    sideways,
    landscape,
    photographed,
    stamped,
    picture,
    printed,
    legacy_code,
)


@functools.lru_cache(maxsize=2)
def make_all(seed: int) -> tuple[SampleScan, ...]:
    """All sample scans by path; the last maker's work is followed by a copy that a second centre dropped."""
    made = [maker(seed) for maker in MAKERS]
    first = next(scan for scan in made if scan.kind == "clean, red seal")
    made.append(
        replace(first, path=f"H18.21/{PurePosixPath(first.path).name}", kind="the same bytes in a second centre")
    )
    return tuple(sorted(made, key=lambda scan: scan.path))
