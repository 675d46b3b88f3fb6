"""Makes lines to train the recogniser on, trains it, and writes the network that sohoa reads with.

    python -m ocr_models.train.recogniser generate CORPUS LINES --files 120
    python -m ocr_models.train.recogniser corrected PAGES LINES
    python -m ocr_models.train.recogniser fit LINES --out NEW --steps 1500
    python -m ocr_models.train.recogniser learn LINES --out NEW --signs SIGNS
    python -m ocr_models.train.recogniser score LINES OLD.onnx NEW/line-reader-vi.onnx

LINES is a folder that the first two write files of lines into. `fit` and `learn` need the extra `train`; the others
do not. The steps in full, and what was measured: docs/models.md.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from ocr_models.compare import pairs
from ocr_models.language import read_names
from ocr_models.line_reader import CHARSET, DATA, NETWORK, LineReader
from ocr_models.page_engine import TrueOcrPageEngine
from ocr_models.train import corrected, lines, typefaces
from ocr_models.train.language import texts as texts_of
from ocr_models.train.score import spelling
from ocr_models.train.signed_texts import SignedTexts
from ocr_models.train.texts import Texts
from pipeline.errors import NotFound, SohoaError, UsageError
from pipeline.reading.ctc import Alphabet

GENERATED, CORRECTED = "generated-*.npz", "corrected-*.npz"


def generate(given: argparse.Namespace) -> None:
    """Writes files of generated lines; those that are there already are kept."""
    readable = [*_characters(DATA / CHARSET), *given.signs]
    texts = Texts.of(texts_of(given.corpus), read_names(DATA / "names.txt"), readable)
    if given.signs:
        texts = SignedTexts.with_signs(texts, given.signs)
    faces = typefaces.find([*typefaces.SYSTEM_FOLDERS, *given.fonts])
    engine = TrueOcrPageEngine()
    given.out.mkdir(parents=True, exist_ok=True)
    for number in range(given.first, given.first + given.files):
        path = given.out / GENERATED.replace("*", f"{given.seed}-{number:04}")
        if not path.exists():
            made = lines.generate(texts, faces, engine, seed=given.seed, number=number, count=given.count)
            lines.save(made, path)
            print(f"{path.name}: {len(made)} lines", flush=True)


def take_corrected(given: argparse.Namespace) -> None:
    """Writes a file of lines for each scan that has a text beside it."""
    reader, engine = LineReader(), TrueOcrPageEngine()
    given.out.mkdir(parents=True, exist_ok=True)
    for scan, text in pairs(given.pages):
        found = corrected.lines_of(scan, text.read_text("utf-8"), reader, engine, least_alike=given.alike)
        name = hashlib.sha256(str(scan.relative_to(given.pages)).encode()).hexdigest()[:12]
        if found.lines:
            lines.save(found.lines, given.out / CORRECTED.replace("*", name))
        print(
            f"{scan.name}: {len(found.lines)} of {found.texts} lines, {found.wrong} of them read wrong so far",
            flush=True,
        )


def fit(given: argparse.Namespace) -> None:
    """Trains, and writes network and character set into a folder. Needs the extra `train`."""
    try:
        from ocr_models.train import fitting, network  # noqa: PLC0415  PyTorch is not there where sohoa only runs
    except ModuleNotFoundError as error:
        raise UsageError(f"{error.name} is missing; install the extra: pip install 'sohoa[train]'.") from error
    characters = [*_characters(given.charset), *given.more]
    alphabet = Alphabet.of(characters)
    made, own = (_usable(lines.load(sorted(given.lines.glob(kind))), alphabet) for kind in (GENERATED, CORRECTED))
    if not made and not own:
        raise NotFound(f"{given.lines} holds no lines; make some with `generate` or `corrected`.")
    print(f"{len(made)} generated lines, {len(own)} of corrected pages", flush=True)
    given.out.mkdir(parents=True, exist_ok=True)
    plan = fitting.Plan(steps=given.steps, seed=given.seed, rate=given.rate, real=given.real)
    old = network.read(given.start, len(characters))
    before = {name: value.clone() for name, value in old.state_dict().items()}
    weights = fitting.fit(
        old,
        made,
        own,
        alphabet,
        plan,
        given.out / "checkpoint.pt",
        lambda step, loss: print(f"step {step} of {plan.steps}: loss {loss:.4f} a character", flush=True),
    )
    network.write(fitting.mixed(before, weights, given.share), given.out / NETWORK)
    kept = given.charset.read_text("utf-8")
    (given.out / CHARSET).write_text(json.dumps(characters, ensure_ascii=False) if given.more else kept, "utf-8")
    _say_hashes(given.out)


def learn(given: argparse.Namespace) -> None:
    """Adds signs to a network that keeps all that it knows, and writes it and its character set into a folder. Needs
    the extra `train`, but not PyTorch."""
    try:
        from ocr_models.train import signs  # noqa: PLC0415  as in `fit`
    except ModuleNotFoundError as error:
        raise UsageError(f"{error.name} is missing; install the extra: pip install 'sohoa[train]'.") from error
    characters = _characters(given.charset)
    known = Alphabet.of([*characters, *given.signs])
    found = _usable(lines.load(sorted(given.lines.glob(GENERATED))), known)
    if not found:
        raise NotFound(f"{given.lines} holds no lines; make some with `generate --signs {given.signs}`.")
    network = signs.Network.open(given.start)
    frames = signs.frames_of(network, found, Alphabet.of(characters), given.signs)
    print(f"{len(found)} lines, {(frames.signs >= 0).sum()} of {len(frames.signs)} frames show a sign", flush=True)
    given.out.mkdir(parents=True, exist_ok=True)
    taught = network.with_rows(*signs.fit(frames, len(given.signs)))
    (given.out / NETWORK).write_bytes(taught.SerializeToString(deterministic=True))
    (given.out / CHARSET).write_text(json.dumps([*characters, *given.signs], ensure_ascii=False), "utf-8")
    _say_hashes(given.out)


def score(given: argparse.Namespace) -> None:
    """Character error rate of each network on the same lines, alone."""
    alphabet = Alphabet.of(_characters(given.charset))
    known = _usable(lines.load(sorted([*given.lines.glob(GENERATED), *given.lines.glob(CORRECTED)])), alphabet)
    for path in given.networks:
        found = spelling(path, alphabet, known)
        print(f"{path}: CER {found.cer:.2%}, {found.whole} of {found.lines} lines without error", flush=True)


def _say_hashes(folder: Path) -> None:
    for name in (NETWORK, CHARSET):
        print(f"{folder / name}: SHA-256 {hashlib.sha256((folder / name).read_bytes()).hexdigest()}")


def _characters(path: Path) -> list[str]:
    return list(json.loads(path.read_text("utf-8")))


def _usable(found: Sequence[lines.TrainingLine], alphabet: Alphabet) -> list[lines.TrainingLine]:
    return [line for line in found if all(c in alphabet.index for c in line.text)]


def parser() -> argparse.ArgumentParser:
    whole = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = whole.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("generate", help="lines of print from a corpus of texts")
    command.add_argument("corpus", type=Path, help="a folder or tar of UTF-8 .txt files")
    command.add_argument("out", type=Path)
    command.add_argument("--files", type=int, default=120)
    command.add_argument("--first", type=int, default=0, help="the number of the first file")
    command.add_argument("--count", type=int, default=500, help="lines in a file")
    command.add_argument("--seed", type=int, default=1)
    command.add_argument("--fonts", type=Path, action="append", default=[], help="another folder of typefaces")
    command.add_argument("--signs", default="", help="signs to learn, which stand in a third of the words then")
    command.set_defaults(run=generate)

    command = commands.add_parser("corrected", help="lines of one's own scans and their corrected texts")
    command.add_argument("pages", type=Path, help="a folder of NAME.pdf (or a picture) and NAME.gt.txt")
    command.add_argument("out", type=Path)
    command.add_argument("--alike", type=float, default=corrected.LEAST_ALIKE, help="least likeness of line and text")
    command.set_defaults(run=take_corrected)

    command = commands.add_parser("fit", help="train further, and write the network")
    command.add_argument("lines", type=Path)
    command.add_argument("--out", type=Path, required=True)
    command.add_argument("--start", type=Path, default=DATA / NETWORK, help="the network to go on from")
    command.add_argument("--charset", type=Path, default=DATA / CHARSET)
    command.add_argument("--more", default="", help="characters to add to the set")
    command.add_argument("--steps", type=int, default=1500)
    command.add_argument("--rate", type=float, default=5e-4)
    command.add_argument("--real", type=float, default=0.2, help="share of lines of corrected pages")
    command.add_argument("--share", type=float, default=0.85, help="of the new weights in the mixture with the old")
    command.add_argument("--seed", type=int, default=1)
    command.set_defaults(run=fit)

    command = commands.add_parser("learn", help="add signs and change nothing else; without PyTorch, in minutes")
    command.add_argument("lines", type=Path)
    command.add_argument("--out", type=Path, required=True)
    command.add_argument("--signs", required=True, help="as for `generate`")
    command.add_argument("--start", type=Path, default=DATA / NETWORK, help="the network that they are added to")
    command.add_argument("--charset", type=Path, default=DATA / CHARSET)
    command.set_defaults(run=learn)

    command = commands.add_parser("score", help="compare networks on lines that were not trained on")
    command.add_argument("lines", type=Path)
    command.add_argument("networks", type=Path, nargs="+")
    command.add_argument("--charset", type=Path, default=DATA / CHARSET)
    command.set_defaults(run=score)
    return whole


def main() -> None:
    given = parser().parse_args()
    try:
        given.run(given)
    except SohoaError as error:
        print(f"{error.code} {error}", file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
