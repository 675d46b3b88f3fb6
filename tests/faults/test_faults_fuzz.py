"""Mutated PDF, TIFF and JPEG files through the opener and through the look at their ends: each is opened or refused."""

from __future__ import annotations

import io
import random
import time
from collections import Counter
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from pipeline.errors import NotSettled, Rejected
from pipeline.imaging.opener import Limits, SandboxedOpener
from pipeline.intake.complete import is_complete

pytestmark = pytest.mark.faults

INPUTS = 3_400
"""Of each of the three formats."""


def picture(kind: str, pages: int = 1, **options: object) -> bytes:
    out = io.BytesIO()
    image = Image.effect_noise((60, 80), 80)
    if pages > 1:
        options |= {"save_all": True, "append_images": [image] * (pages - 1)}
    image.save(out, kind, **options)
    return out.getvalue()


def pdf(*, compressed: bool) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as made:
        for _ in range(2):
            made.add_blank_page(page_size=(60, 80))
        data = picture("JPEG")
        stream = pikepdf.Stream(made, data, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image)
        stream.Width, stream.Height, stream.BitsPerComponent = 60, 80, 8
        stream.ColorSpace, stream.Filter = pikepdf.Name.DeviceGray, pikepdf.Name.DCTDecode
        page = made.pages[0]
        page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im=stream))
        page.obj.Contents = made.make_stream(b"q 60 0 0 80 0 0 cm /Im Do Q")
        mode = pikepdf.ObjectStreamMode.generate if compressed else pikepdf.ObjectStreamMode.disable
        made.save(out, object_stream_mode=mode)
    return out.getvalue()


SEEDS = {
    "pdf": [pdf(compressed=False), pdf(compressed=True)],
    "tiff": [
        picture("TIFF", 2),
        picture("TIFF", 2, compression="tiff_lzw"),
        picture("TIFF", big_tiff=True),
    ],
    "jpeg": [picture("JPEG"), picture("JPEG", progressive=True)],
}
NUMBERS = [b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\1\0\0\0", b"\0\0\0\1"]
TOKENS = [b"/Kids", b"/Parent", b"/Length", b"/Filter", b" 0 R", b"99999999999", b"-1", b"<<", b">>", b"obj", b"stream"]


def mutated(seeds: list[bytes], chance: random.Random) -> bytes:
    """One of the seeds, changed in one to six places, at times cut off or sewn to another."""
    data = bytearray(chance.choice(seeds))
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(max(1, len(data)))
        kind = chance.randrange(7)
        if kind == 0:
            data[place : place + 1] = bytes([chance.randrange(256)])
        elif kind == 1:
            data[place : place + 4] = chance.choice(NUMBERS)
        elif kind == 2:
            data[place:place] = chance.choice(TOKENS)
        elif kind == 3:
            del data[place : place + chance.randrange(1, 64)]
        elif kind == 4:
            data[place:place] = data[place : place + chance.randrange(1, 256)]
        elif kind == 5 and chance.random() < 0.3:
            del data[place:]
        else:
            other = chance.choice(seeds)
            cut = chance.randrange(len(other))
            data[place : place + 32] = other[cut : cut + 32]
    return bytes(data)


@pytest.mark.parametrize("kind", SEEDS)
def test_whatever_a_file_holds_it_is_opened_or_refused(tmp_path: Path, kind: str) -> None:
    chance = random.Random(kind)
    limits = Limits(open_seconds=5, max_page_megapixels=50)
    opener = SandboxedOpener(limits=limits, scratch=tmp_path / "scratch")
    path = tmp_path / "scan"
    ends = Counter[str]()
    for number in range(INPUTS):
        path.write_bytes(mutated(SEEDS[kind], chance))
        is_complete(path)
        try:
            opener.inspect(path)
            ends["opened" if number % 4 else _page(opener, path)] += 1
        except (Rejected, NotSettled) as error:
            ends[error.code] += 1
    print(f"\n{kind}: {dict(ends)}")
    assert ends.total() == INPUTS
    assert len(ends) > 2  # some were opened, some refused: the mutations reach what they are meant to
    deadline = time.monotonic() + 60
    while list((tmp_path / "scratch").iterdir()):  # the last child is cleaned up after
        assert time.monotonic() < deadline
        time.sleep(0.1)


def _page(opener: SandboxedOpener, path: Path) -> str:
    with opener.pages(path, [1]) as pages:
        return "page read" if next(pages).image is not None else "page lost"
