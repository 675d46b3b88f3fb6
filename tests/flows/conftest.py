"""A workspace on embedded defaults, and small scans to put into it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from flows.services import Services, open_services, prepare
from flows.settings import Settings, load
from pipeline.model import Centre, Component, Dossier, Level, Procedure, Result

DEJAVU = "/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf"
CODE = "H18.25-230914-0012"
CENTRE = Centre(
    code="H18.25",
    name="Bộ phận một cửa xã Mường Then",
    province="H18",
    province_name="Tỉnh Điện Biên",
    level=Level.COMMUNE,
    opened=date(2020, 1, 1),
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "sohoa.toml").write_text('settle_seconds = 0\npoll_seconds = 0.1\nprofile = "tesseract"\n')
    loaded = load(tmp_path)
    prepare(loaded)
    return loaded


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    with open_services(settings) as opened:
        register = opened.catalogue.register
        register.put_centres([CENTRE])
        register.put_procedures([Procedure(code="1.012766", name="Đăng ký đất đai")])
        register.put_dossiers(
            [
                Dossier(
                    code=CODE,
                    centre="H18.25",
                    procedure="1.012766",
                    received_at=datetime(2023, 9, 14, 2, tzinfo=UTC),
                    components=(Component(code="TP01", name="Đơn đề nghị"),),
                    results=(Result(code="KQ01", name="Giấy chứng nhận"),),
                )
            ]
        )
        (settings.inbox_folder / "H18.25").mkdir()
        yield opened


def draw_scan(path: Path, *lines: str) -> Path:
    """A grey A4 page at 150 dpi with these lines, saved by the suffix of `path`."""
    page = Image.new("L", (1240, 1754), 250)
    pen = ImageDraw.Draw(page)
    font = ImageFont.truetype(DEJAVU, 30)
    for number, line in enumerate(lines):
        pen.text((120, 150 + 60 * number), line, fill=20, font=font)
    path.parent.mkdir(parents=True, exist_ok=True)
    page.save(path, dpi=(150, 150))
    return path
