"""Pages drawn for tests, whose words and boxes are known: office Vietnamese in a font of the system."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pipeline.geometry import Affine, Box, pixels_to_points
from pipeline.imaging.orientation import quarter_turn
from pipeline.model import PageImage, PageReading, Pixels

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf"
DPI = 150.0
LINES = (
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Độc lập - Tự do - Hạnh phúc",
    "Kính gửi: Trung tâm phục vụ hành chính công",
    "Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015;",
    "Ủy ban nhân dân xã đề nghị xem xét, giải quyết hồ sơ đất đai của",
    "các hộ gia đình theo đúng quy định của pháp luật hiện hành.",
    "Nơi nhận: Như trên; Lưu: văn thư.",
)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class DrawnPage:
    """A page image and its words; the boxes are those of the ink, in points of the page."""

    image: PageImage
    words: tuple[tuple[str, Box], ...]

    def with_pixels(self, pixels: Pixels) -> DrawnPage:
        """The same page with something done to its ink, but not to its geometry."""
        return replace(self, image=replace(self.image, pixels=pixels))

    def turned(self, turns: int) -> DrawnPage:
        """The same paper laid on the scanner with `turns` clockwise quarter turns."""
        pixels, back = quarter_turn(self.image.pixels, turns)
        return replace(self, image=replace(self.image, pixels=pixels, to_points=back.then(self.image.to_points)))

    def skewed(self, degrees: float) -> DrawnPage:
        """The same paper laid askew: its lines fall towards the right by `degrees`."""
        height, width = self.image.pixels.shape[:2]
        matrix = cv2.getRotationMatrix2D((width / 2 - 0.5, height / 2 - 0.5), -degrees, 1)
        pixels = cv2.warpAffine(self.image.pixels, matrix, (width, height), borderValue=(255, 255, 255))
        cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        about = Affine(e=-width / 2, f=-height / 2)
        back = about.then(Affine(cos, -sin, sin, cos)).then(about.inverse())
        image = replace(self.image, pixels=np.asarray(pixels), to_points=back.then(self.image.to_points))
        return replace(self, image=image)


def draw_page(lines: tuple[str, ...] = LINES, *, dpi: float = DPI, points: float = 13) -> DrawnPage:
    """Half a page of A4, black on white, the lines one below the other."""
    width, height = round(8.27 * dpi), round(5.8 * dpi)
    size = points / 72 * dpi
    font = ImageFont.truetype(FONT, size)
    picture = Image.new("L", (width, height), 255)
    pen = ImageDraw.Draw(picture)
    to_points = pixels_to_points(height, dpi, dpi)
    words: list[tuple[str, Box]] = []
    for number, line in enumerate(lines):
        x, y = 0.8 * dpi, 0.6 * dpi + number * 2.2 * size
        for word in line.split():
            pen.text((x, y), word, font=font, fill=0)
            words.append((word, to_points.box(Box(*map(float, pen.textbbox((x, y), word, font=font))))))
            x += pen.textlength(word + " ", font=font)
    pixels = np.asarray(picture.convert("RGB"))
    return DrawnPage(
        image=PageImage(number=1, pixels=pixels, dpi=dpi, to_points=to_points),
        words=tuple(words),
    )


def stamped(page: DrawnPage) -> DrawnPage:
    """With two round red seals over the print; the ink lets black shine through, as it does on paper."""
    pixels = page.image.pixels
    height, width = pixels.shape[:2]
    ink = np.zeros((height, width), np.uint8)
    for centre in ((width // 3, height // 2), (2 * width // 3, height // 3)):
        for radius in range(height // 4, 10, -12):
            cv2.circle(ink, centre, radius, 255, 5)
    red = np.array([215, 45, 60]) / 255
    share = ink[:, :, None] / 255
    return page.with_pixels((pixels * (1 - share + share * red)).astype(np.uint8))


def found(page: DrawnPage, reading: PageReading) -> float:
    """The share of the page's words that were read letter by letter, in the place where they are drawn."""
    read = [(word.text, reading.to_points.box(word.box)) for line in reading.lines for word in line.words]
    return sum(any(w == word and overlap(b, box) > 0.5 for w, b in read) for word, box in page.words) / len(page.words)


def overlap(one: Box, other: Box) -> float:
    """Intersection over union."""
    shared = one.intersection(other)
    return shared / (one.area + other.area - shared)
