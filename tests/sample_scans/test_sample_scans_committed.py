"""The committed scans: small, told apart by what they claim, and what the generator makes."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from pathlib import Path, PurePosixPath

import numpy as np
import pikepdf
import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageFile

from pipeline.register.layout import fold
from sample_scans import register
from sample_scans.generate import SEED, fonts_digest, write
from sample_scans.scans import SampleScan

FOLDER = Path(__file__).parents[2] / "sample_scans"
ABOUT = json.loads((FOLDER / "scans.json").read_text(encoding="utf-8"))
SCANS = ABOUT["scans"]
DOSSIER_CODE = re.compile(r"(?:\d{3}\.\d{2}\.\d{2}\.)?H\d{2}[.\d]*-\d{6}-\d{4}")


def truth(path: str) -> str:
    return (FOLDER / "truth" / f"{PurePosixPath(path).stem}.gt.txt").read_text(encoding="utf-8")


def pictures(data: bytes) -> list[np.ndarray]:
    """Every page as RGB pixels at no more than 100 dpi or its own size."""
    if data.startswith(b"%PDF"):
        document = pypdfium2.PdfDocument(data)
        found = [page.render(scale=100 / 72).to_numpy()[:, :, :3].astype(np.float32) for page in document]
        document.close()
        return found
    picture = Image.open(io.BytesIO(data))
    found = []
    for number in range(getattr(picture, "n_frames", 1)):
        picture.seek(number)
        found.append(np.asarray(picture.convert("RGB"), dtype=np.float32))
    return found


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, SampleScan]]:
    folder = tmp_path_factory.mktemp("sample_scans")
    return folder, {scan.path: scan for scan in write(folder, SEED)}


def test_the_list_names_every_committed_scan() -> None:
    there = {p.relative_to(FOLDER / "scans").as_posix() for p in (FOLDER / "scans").rglob("*") if p.is_file()}
    assert {scan["path"] for scan in SCANS} == there
    assert len(there) >= 12


def test_all_together_stay_below_6_mb() -> None:
    assert sum(p.stat().st_size for p in FOLDER.rglob("*") if p.is_file() and p.suffix != ".pyc") < 6_000_000


@pytest.mark.parametrize("path", [scan["path"] for scan in SCANS])
def test_truth_is_nfc_without_stray_space(path: str) -> None:
    text = truth(path)
    assert text == unicodedata.normalize("NFC", text)
    assert len(text.split()) > 60
    assert all(line == " ".join(line.split()) for line in text.splitlines())


def test_the_generator_makes_the_committed_set(made: tuple[Path, dict[str, SampleScan]]) -> None:
    folder, scans = made
    assert list(scans) == [scan["path"] for scan in SCANS]
    for path in scans:
        again = (folder / "truth" / f"{PurePosixPath(path).stem}.gt.txt").read_text(encoding="utf-8")
        assert again.split() == truth(path).split()
    for kind in ("centres", "procedures", "dossiers", "targets"):
        name = f"register/{kind}.csv"
        assert (folder / name).read_bytes() == (FOLDER / name).read_bytes()
    assert {p.name for p in (folder / "bad").iterdir()} == {p.name for p in (FOLDER / "bad").iterdir()}


def test_with_the_same_fonts_the_pixels_are_the_committed_ones(made: tuple[Path, dict[str, SampleScan]]) -> None:
    _, scans = made
    same_fonts = fonts_digest() == ABOUT["fonts"]
    for path, scan in scans.items():
        before, after = pictures((FOLDER / "scans" / path).read_bytes()), pictures(scan.data)
        assert len(before) == len(after) == scan.count
        for old, new in zip(before, after, strict=True):
            assert old.shape == new.shape
            if same_fonts:
                # JPEG libraries and processors round differently, by less than the eye sees
                assert float(np.abs(old - new).mean()) < 1.0


@pytest.mark.parametrize("scan", [s for s in SCANS if s["dossier"]], ids=lambda s: s["path"])
def test_a_scan_says_its_dossier_where_it_claims_to(scan: dict[str, str]) -> None:
    path, code = scan["path"], scan["dossier"]
    data = (FOLDER / "scans" / path).read_bytes()
    if scan["told_by"] == "qr":
        found = zxingcpp.read_barcodes(np.ascontiguousarray(pictures(data)[0].astype(np.uint8)))
        assert [barcode.text.split("|")[0] for barcode in found] == [code]
        assert fold(found[0].text.split("|")[3]) in fold(truth(path))
    elif scan["told_by"] == "text":
        assert DOSSIER_CODE.findall(truth(path)) and set(DOSSIER_CODE.findall(truth(path))) == {code}
    else:
        assert code in path
        assert not DOSSIER_CODE.findall(truth(path))


@pytest.mark.parametrize("scan", [s for s in SCANS if s["dossier"]], ids=lambda s: s["path"])
def test_a_matching_scan_is_a_paper_of_a_dossier_in_the_register(scan: dict[str, str]) -> None:
    with (FOLDER / "register" / "dossiers.csv").open(encoding="utf-8", newline="") as file:
        row = next(row for row in csv.DictReader(file) if row["code"] == scan["dossier"])
    papers = dict(p.split(":", 1) for p in f"{row['components']};{row['results']}".split(";"))
    assert fold(papers[scan["paper"]]) in fold(truth(scan["path"]))


def test_scans_that_tell_nothing_name_no_dossier() -> None:
    silent = [scan["path"] for scan in SCANS if not scan["dossier"]]
    assert len(silent) >= 2
    for path in silent:
        assert not DOSSIER_CODE.findall(path + truth(path))


def test_one_scan_was_dropped_in_two_centres() -> None:
    by_bytes: dict[bytes, list[str]] = {}
    for scan in SCANS:
        by_bytes.setdefault((FOLDER / "scans" / scan["path"]).read_bytes(), []).append(scan["path"].split("/")[0])
    twice = [centres for centres in by_bytes.values() if len(centres) > 1]
    assert len(twice) == 1 and len(set(twice[0])) == 2


def test_every_scan_lies_in_a_folder_of_a_centre() -> None:
    codes = {centre.code for centre in register.CENTRES}
    assert {scan["path"].split("/")[0] for scan in SCANS} <= codes


def test_kinds_of_paper_are_what_they_say() -> None:
    by_kind = {scan["kind"]: FOLDER / "scans" / scan["path"] for scan in SCANS}
    assert Image.open(by_kind["photograph with EXIF orientation"]).getexif()[0x0112] == 6
    assert Image.open(by_kind["two-page G4 TIFF"]).info["compression"] == "group4"
    assert Image.open(by_kind["120 dpi JPEG"]).info["dpi"] == (120, 120)
    born = pypdfium2.PdfDocument(by_kind["born-digital"])
    text = unicodedata.normalize("NFC", born[0].get_textpage().get_text_bounded())
    assert "GIẤY XÁC NHẬN TÌNH TRẠNG HÔN NHÂN" in text
    born.close()


def test_bad_files_cannot_be_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    # importing WeasyPrint tells Pillow, for the whole process, to fill up what is missing
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", False)
    bad = FOLDER / "bad"
    assert (bad / "tep-rong.pdf").read_bytes() == b""
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(bad / "co-mat-khau.pdf")
    for name in ("van-ban.pdf", "thieu-phan-cuoi.pdf"):
        with pytest.raises(pypdfium2.PdfiumError):
            pypdfium2.PdfDocument(bad / name)
    with pytest.raises(OSError, match="truncated"):
        Image.open(bad / "anh-bi-cat.jpg").load()
