"""Who is measured: sohoa's profiles with the whole path, and what else a user would pick."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks import history
from benchmarks.material import ROOT, Material
from flows.services import prepare
from flows.settings import Settings
from pipeline.clock import now

OURS = "sohoa "
"""How our own names begin."""
PEERS = ROOT / "build" / "peers"
"""A virtual environment for the peers, made by `scripts/peers.sh`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """`command` reads all files of a material with results in a folder; `text` gives what was read."""

    name: str
    command: Callable[[Material, Path], Sequence[str]]
    text: Callable[[Path], str]
    environment: Mapping[str, str]


def environment() -> dict[str, str]:
    """The process's environment with the peers on the path, one thread for each Tesseract, no settings of ours; all
    of Python may keep its bytecode, as what is installed does."""
    left_out = ("SOHOA_", "PREFECT_", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    return kept | {"OMP_THREAD_LIMIT": "1", "PATH": f"{PEERS / 'bin'}:{kept['PATH']}"}


def sohoa(profile: str, workers: int, past: int = 0) -> Contestant:
    """Intake, reading, QR, hOCR, searchable PDF, object store and catalogue, by the flows' own functions, in an
    installation that has read `past` documents before."""

    def command(material: Material, folder: Path) -> list[str]:
        shutil.copytree(_installation(past).name, folder, dirs_exist_ok=True)
        files = [str(file) for file in material.files]
        whole_path = [sys.executable, "-m", "benchmarks.whole_path"]
        return [*whole_path, str(folder), "--profile", profile, "--workers", str(workers), *files]

    return Contestant(
        name=f"{OURS}{profile}" + f" after {past:,} documents" * bool(past),
        command=command,
        text=lambda folder: _joined(folder.glob("text/*.txt")),
        environment=environment(),
    )


@cache
def _installation(past: int) -> tempfile.TemporaryDirectory[str]:
    """A workspace as `sohoa init` makes it once, with documents of before; it lasts as long as this process."""
    folder = tempfile.TemporaryDirectory(prefix="installation-")
    settings = Settings(workspace=Path(folder.name))
    prepare(settings)
    history.fill(settings, past, now())
    return folder


def ocrmypdf(workers: int, *options: str) -> Contestant:
    """OCRmyPDF with Vietnamese. A picture file is given the resolution that it lacks."""

    def command(material: Material, folder: Path) -> list[str]:
        lines = [
            f"ocrmypdf -q -l vie --jobs {workers} {' '.join(options)} --output-type pdf --image-dpi 200"
            f" '{file}' '{folder}/{number:04}.pdf'"
            for number, file in enumerate(material.files)
        ]
        return ["bash", "-ec", "\n".join(lines)]

    return Contestant(name=" ".join(["OCRmyPDF", *options]), command=command, text=_pdf_text, environment=environment())


def tesseract(workers: int) -> Contestant:
    """pdftoppm and the `tesseract` program, as many at a time as there are workers."""

    def command(material: Material, folder: Path) -> list[str]:
        render = [
            f"pdftoppm -r 200 '{file}' '{folder}/{number:04}'"
            if file.suffix == ".pdf"
            else f"ln -s '{file}' '{folder}/{number:04}{file.suffix}'"
            for number, file in enumerate(material.files)
        ]
        listed = f"find '{folder}' -name '[0-9]*.*' -print0 >'{folder}/list'"  # complete before texts join the pictures
        read = f"xargs -0 -P{workers} -I{{}} tesseract {{}} {{}} -l vie quiet <'{folder}/list'"
        return ["bash", "-ec", "\n".join([*render, listed, read])]

    return Contestant(
        name="tesseract after pdftoppm",
        command=command,
        text=lambda folder: _joined(folder.glob("*.txt")),
        environment=environment(),
    )


def all_contestants(workers: int) -> list[Contestant]:
    """sohoa's profiles and those peers that are installed."""
    found = [sohoa(profile, workers) for profile in ("fast", "balanced", "best")]
    if shutil.which("ocrmypdf", path=environment()["PATH"]):
        found += [ocrmypdf(workers, "--rotate-pages", "--deskew"), ocrmypdf(workers)]
    return [*found, tesseract(workers)]


def _joined(paths: Iterable[Path]) -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted(paths))


def _pdf_text(folder: Path) -> str:
    texts = []
    for path in sorted(folder.glob("*.pdf")):
        done = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True)  # noqa: S603, S607
        texts.append(done.stdout)
    return "\n".join(texts)
