"""`python -m sample_scans.generate OUT_DIR [--seed N]` makes the sample scans, their truth and their register.

    OUT_DIR/scans/<centre code>/...   as clerks would drop them
    OUT_DIR/truth/<name>.gt.txt       the printed text in reading order, NFC; seals, stamps and handwriting left out
    OUT_DIR/bad/                      files that are no scans
    OUT_DIR/register/*.csv            centres, procedures, dossiers, targets
    OUT_DIR/scans.json                each scan: kind, pages, the dossier it belongs to and what tells so; the fonts

The same seed, fonts and versions of the libraries give the same bytes. Nothing here is about a living person.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from sample_scans import register
from sample_scans.drawing import FONTS, font_path
from sample_scans.files import with_password
from sample_scans.scans import SampleScan, make_all

SEED = 2023


def fonts_digest() -> str:
    """SHA-256 over the font files that the pixels depend on."""
    total = hashlib.sha256()
    for file in sorted(set(FONTS.values())):
        total.update(font_path(file).read_bytes())
    return total.hexdigest()


def write(folder: Path, seed: int = SEED) -> tuple[SampleScan, ...]:
    """Writes everything below `folder` and returns the scans."""
    scans = make_all(seed)
    for scan in scans:
        _write(folder / "scans" / scan.path, scan.data)
        _write(folder / "truth" / f"{scan.name}.gt.txt", (scan.truth + "\n").encode())
    for name, data in _bad_files(scans).items():
        _write(folder / "bad" / name, data)
    register.write(folder / "register", seed)
    about = {"seed": seed, "fonts": fonts_digest(), "scans": [_about(scan) for scan in scans]}
    _write(folder / "scans.json", (json.dumps(about, ensure_ascii=False, indent=1) + "\n").encode())
    return scans


def _about(scan: SampleScan) -> dict[str, object]:
    return {
        "path": scan.path,
        "kind": scan.kind,
        "pages": scan.count,
        "dossier": scan.dossier,
        "paper": scan.paper,
        "told_by": scan.told_by.value if scan.told_by else "",
    }


def _bad_files(scans: tuple[SampleScan, ...]) -> dict[str, bytes]:
    """Files that look like scans by name and are none, by file name."""
    letter = next(scan.data for scan in scans if scan.kind == "born-digital")
    photo = next(scan.data for scan in scans if scan.path.endswith(".jpg"))
    return {
        "tep-rong.pdf": b"",
        "van-ban.pdf": "Đây là tệp văn bản được đổi tên thành PDF.\n".encode(),
        "co-mat-khau.pdf": with_password(letter),
        "anh-bi-cat.jpg": photo[: len(photo) // 8],
        "thieu-phan-cuoi.pdf": letter[: len(letter) // 3],
    }


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m sample_scans.generate", description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, metavar="OUT_DIR")
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args(arguments)
    scans = write(given.folder, given.seed)
    total = sum(len(scan.data) for scan in scans)
    print(f"{len(scans)} scans, {sum(scan.count for scan in scans)} pages, {total / 1e6:.1f} MB in {given.folder}")


if __name__ == "__main__":
    main()
