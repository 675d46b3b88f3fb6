"""How well the profiles read real office scans, where those are at hand. The margins are below what was measured."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from ocr_models.profiles import make_reader
from pipeline.imaging.limits import Limits
from pipeline.imaging.opener import SandboxedOpener
from pipeline.model import LineKind

SCANS = Path(__file__).parents[3] / "shared" / "data" / "real-scans"

pytestmark = pytest.mark.skipif(not SCANS.is_dir(), reason=f"{SCANS} is missing: the real scans are not in the project")


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text))


@pytest.mark.parametrize(("profile", "least"), [("fast", 0.99), ("balanced", 0.992), ("best", 0.993)])
def test_real_office_scans_are_read(profile: str, least: float, tmp_path: Path) -> None:
    opener = SandboxedOpener(limits=Limits(), scratch=tmp_path)
    reader = make_reader(profile)
    found = wanted = read = 0
    by_hand: list[str] = []
    for scan in sorted(SCANS.glob("*.*")):
        if scan.suffix == ".txt":
            continue
        with opener.pages(scan, [1]) as pages:
            image = next(iter(pages)).image
        assert image is not None
        reading = reader.read(image)
        want, got = words((SCANS / f"{scan.stem}.gt.txt").read_text("utf-8")), words(reading.text)
        found, wanted, read = found + (want & got).total(), wanted + want.total(), read + got.total()
        by_hand += [line.text for line in reading.lines if line.kind is LineKind.HANDWRITING]
    reader.close()
    assert found / wanted > 0.994
    assert 2 * found / (wanted + read) > least
    assert by_hand
