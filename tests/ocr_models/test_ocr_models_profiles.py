import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from ocr_models import arbitrating, line_finder, upright
from ocr_models.line_reader import CHARSET, DATA, NETWORK, LineReader
from ocr_models.page_engine import FOLDER, ORDER, ORIENTATION, SIZES, TrueOcrPageEngine
from ocr_models.profiles import make_reader, names
from pipeline.errors import ModelAltered, ModelMissing, ReadingTimedOut, UsageError
from pipeline.geometry import Affine, Box
from pipeline.imaging.marks import find_marks
from pipeline.imaging.orientation import Lie, quarter_turn
from pipeline.model import LineKind, PageImage, PageReading, Pixels
from tests.ocr_models.drawn_page import DrawnPage, draw_page

PROFILES = ("fast", "balanced", "best")
NAMES = (
    "1. Ông Lò Văn Ín và bà Quàng Thị Pâng, dân tộc Thái",
    "2. Vừ A Páo, Giàng Thị Súa, Thào A Chứ, Mùa A Tủa",
    "3. Chảo Láo Tả, Pờ Xừ Cà, Lỳ Gió Xá, Tẩn Mí Phẩy",
    "4. Hồ sơ H18.25-230914-0012, Quyết định 218/QĐ-UBND",
    "5. Số tiền 12.345.678 đồng, ngày 07/05/2023, thửa 1073",
)


def image(grey: Pixels) -> PageImage:
    return PageImage(number=1, pixels=np.stack([grey] * 3, axis=2), dpi=150, to_points=Affine())


def words(text: str) -> Counter[str]:
    return Counter(text.split())


def shares(page: DrawnPage, reading: PageReading) -> float:
    want, got = Counter(word for word, _ in page.words), words(reading.text)
    return 2 * sum((want & got).values()) / (sum(want.values()) + sum(got.values()))


def degraded(page: DrawnPage, how: str) -> DrawnPage:
    pixels = page.image.pixels
    width = pixels.shape[1]
    rng = np.random.default_rng(11)
    if how == "noise":
        pixels = np.clip(pixels + rng.normal(0, 30, pixels.shape), 0, 255).astype(np.uint8)
    elif how == "shadow":
        light = np.linspace(0.4, 1.0, width)[None, :, None]
        pixels = (pixels * light).astype(np.uint8)
    elif how == "jpeg":
        pixels = cv2.imdecode(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 25])[1], cv2.IMREAD_COLOR)
    elif how == "fax":
        pixels = np.where(pixels + rng.normal(0, 20, pixels.shape) > 140, 255, 0).astype(np.uint8)
    return page.with_pixels(np.asarray(pixels, np.uint8))


def test_there_are_four_profiles_and_no_other() -> None:
    assert names() == ["fast", "balanced", "best", "tesseract"]
    with pytest.raises(UsageError, match="careless"):
        make_reader("careless")


def test_a_reader_computes_on_one_thread_for_others_only_spin() -> None:
    program = """
import threading
from pathlib import Path
from flows.services import loaded
loaded("fast", 60.0)
print(len(list(Path("/proc/self/task").iterdir())), threading.active_count())
"""
    without = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run([sys.executable, "-c", program], env=without, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "1"]


def test_every_profile_has_an_identity_of_its_own() -> None:
    readers = [make_reader(name) for name in names()]
    assert [reader.identity.profile for reader in readers] == names()
    assert len({reader.identity.id for reader in readers}) == len(readers)
    for reader in readers:
        reader.close()


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("how", ["noise", "shadow", "jpeg", "fax"])
def test_names_and_codes_are_not_spoilt(profile: str, how: str) -> None:
    page = degraded(draw_page(NAMES, dpi=200), how)
    reader = make_reader(profile)
    assert shares(page, reader.read(page.image)) > 0.94
    reader.close()


def test_a_missing_or_altered_model_stops_before_any_page(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=NETWORK):
        LineReader(tmp_path)
    for name in (NETWORK, CHARSET):
        shutil.copy(DATA / name, tmp_path)
    with (tmp_path / CHARSET).open("a") as file:
        file.write(" ")
    with pytest.raises(ModelAltered, match=CHARSET.replace(".", r"\.")):
        LineReader(tmp_path)
    with pytest.raises(ModelMissing, match=ORIENTATION.replace(".", r"\.")):
        TrueOcrPageEngine(tmp_path)


def test_the_page_networks_are_those_of_the_manifest() -> None:
    of_package = [f"trueocr/{name}" for name in (ORIENTATION, ORDER, SIZES)]
    assert [model.name for model in TrueOcrPageEngine(FOLDER).models] == [line_finder.NETWORK, *of_package]


def test_a_line_reads_the_same_whatever_is_beside_it() -> None:
    page = draw_page()
    grey = cv2.cvtColor(page.image.pixels, cv2.COLOR_RGB2GRAY)
    boxes = TrueOcrPageEngine().lines(grey)
    reader = LineReader()
    together = reader.read(grey, boxes)
    alone = reader.read(grey, boxes[2:3])
    assert np.array_equal(together[2].log_probs, alone[0].log_probs)


@pytest.mark.parametrize("turns", range(4))
def test_a_page_is_set_upright_and_level(turns: int) -> None:
    page = draw_page().skewed(-4.0)
    grey = cv2.cvtColor(page.image.pixels, cv2.COLOR_RGB2GRAY)
    laid, _ = quarter_turn(grey, turns)
    pose = TrueOcrPageEngine().pose(laid, find_marks(laid))
    assert pose.turn == (4 - turns) % 4
    assert pose.skew == pytest.approx(-4.0, abs=0.2)


def test_a_page_on_its_head_is_read_though_its_baselines_say_that_it_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    page = draw_page(tuple(f"Dòng thứ {number} của tờ khai này được đọc lại" for number in range(1, 9)))
    monkeypatch.setattr(upright, "how_it_lies", lambda _: Lie(sure=True))
    reading = make_reader("fast").read(page.turned(2).image)
    assert reading.turn == 2
    assert words(reading.text) == Counter(word for word, _ in page.words)


def test_a_page_that_hardly_reads_is_kept_as_it_was_read_where_no_time_is_left_for_another_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = draw_page()
    monkeypatch.setattr(arbitrating, "READS_WELL", 1.0)  # no page does
    once = make_reader("best", page_seconds=120).read(page.image)
    clock = iter([0.0, 0.0, *[1.0] * 7])  # started, its deadline, its seven lines; after that it is over
    monkeypatch.setattr(arbitrating, "time", SimpleNamespace(monotonic=lambda: next(clock, 1000.0)))
    assert make_reader("best", page_seconds=120).read(page.image).text == once.text


def test_the_lines_of_a_long_strip_are_found_all_along_it() -> None:
    sheet = cv2.cvtColor(draw_page().image.pixels, cv2.COLOR_RGB2GRAY)
    strip = np.concatenate([sheet] * 5)
    boxes = TrueOcrPageEngine().lines(strip)
    assert len(boxes) == 5 * 7
    assert max(box.y1 for box in boxes) > 4.5 * len(sheet)


def test_left_and_right_of_a_letters_head_do_not_interleave() -> None:
    left = ("ỦY BAN NHÂN DÂN", "XÃ MƯỜNG PHĂNG", "Số: 21/UBND-VP")
    right = (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "Mường Phăng, ngày 7 tháng 5 năm 2024",
    )
    body = (
        "Kính gửi: Phòng Tài nguyên và Môi trường huyện Điện Biên",
        "Ủy ban nhân dân xã đề nghị xem xét hồ sơ đất đai của các hộ",
    )
    sheet = np.full((1400, 1654), 255, np.uint8)
    for at, lines, top in ((110, left, 80), (790, right, 80), (110, body, 420)):
        drawn = cv2.cvtColor(draw_page(lines, dpi=200, points=11).image.pixels, cv2.COLOR_RGB2GRAY)[100:600, 150:]
        width = min(drawn.shape[1], sheet.shape[1] - at)
        sheet[top : top + 500, at : at + width] = np.minimum(sheet[top : top + 500, at : at + width], drawn[:, :width])
    text = make_reader("fast").read(image(sheet)).text
    spots = [text.index(line[:12]) for line in (*left, *right, *body)]
    assert spots == sorted(spots)


def test_a_stamp_of_receipt_is_kept_apart() -> None:
    page = draw_page(("Số: 1047/UBND-VP", "", "", "", "Kính gửi: Ủy ban nhân dân tỉnh Điện Biên"), dpi=200)
    pixels = page.image.pixels.copy()
    stamp = cv2.cvtColor(draw_page(("ĐẾN", "Số: 35"), dpi=200, points=12).image.pixels, cv2.COLOR_RGB2GRAY)[
        110:250, 150:420
    ]
    pixels[230:370, 700:970] = stamp[:, :, None]
    cv2.rectangle(pixels, (680, 220), (1010, 380), (0, 0, 0), 3)
    reading = make_reader("fast").read(page.with_pixels(pixels).image)
    stamped = [line.text for line in reading.lines if line.kind is LineKind.STAMP]
    assert any("ĐẾN" in text for text in stamped)
    assert "ĐẾN" not in reading.text
    assert "Kính gửi: Ủy ban nhân dân tỉnh Điện Biên" in reading.text


def test_a_page_that_takes_too_long_is_given_up() -> None:
    reader = make_reader("best", page_seconds=0.001)
    with pytest.raises(ReadingTimedOut):
        reader.read(draw_page().image)
    reader.close()


def test_no_line_of_an_empty_page_is_asked_for() -> None:
    assert TrueOcrPageEngine().blocks([], [], 10, 10) == []
    assert len(TrueOcrPageEngine().blocks([Box(0, 0, 5, 5)], ["x"], 10, 10)) == 1
