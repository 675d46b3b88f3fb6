"""The typefaces that training lines are set in, and how often each.

Nothing matters more. Offices write with Times New Roman, which sets the tone above the circumflex; most free faces set
it beside. Trained on those alone, the recogniser gets worse on real pages while its loss on generated lines falls, so
the faces that stack (Doulos, Charis, Gentium) are drawn most.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from random import Random

from fontTools.ttLib import TTFont, TTLibError

from pipeline.errors import NotFound

SYSTEM_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/share/texmf/fonts"), Path("/usr/local/share/fonts"))

PACKAGES = (
    *("fonts-sil-doulos", "fonts-sil-charis", "fonts-sil-gentiumplus", "fonts-croscore", "fonts-texgyre"),
    *("fonts-freefont-ttf", "fonts-liberation2", "fonts-noto-core", "fonts-noto-mono", "fonts-dejavu", "fonts-lmodern"),
    *("fonts-crosextra-carlito", "fonts-roboto-unhinted", "fonts-open-sans", "fonts-linuxlibertine", "fonts-cmu"),
)
"""Debian's names; what is not installed is left out of the draw."""

_FAMILIES = (
    (r"DoulosSIL", 12.0),
    (r"CharisSIL", 6.0),
    (r"Gentium(Book)?Plus", 2.0),
    (r"Tinos", 6.0),
    (r"texgyretermes", 4.0),
    (r"FreeSerif", 2.0),
    (r"LiberationSerif", 1.0),
    (r"NotoSerif", 1.5),
    (r"DejaVuSerif", 0.7),
    (r"(LinLibertine_|lmroman1[02])", 0.7),
    (r"(Arimo|LiberationSans|texgyreheros|FreeSans)", 2.5),
    (r"(NotoSans|DejaVuSans|OpenSans|Roboto|RobotoCondensed|Carlito)", 2.0),
    (r"(Cousine|texgyrecursor|FreeMono|cmuntt|cmunvt|cmuntb|lmmono10|LiberationMono|NotoMono)", 3.0),  # typewriters
)
_STYLE = r"[-_]?(SIL)?-?(regular|bold|italic|bolditalic|oblique|boldoblique|r|rb|ri|rbi)?\.(ttf|otf)"
_STYLE_WEIGHTS = (
    ("bolditalic", 1.0),
    ("boldoblique", 1.0),
    ("rbi", 1.0),
    ("italic", 3.0),
    ("oblique", 3.0),
    ("bold", 3.0),
)
_NEEDED = frozenset("ĂẮẰẲẴẶÂẤẦẨẪẬĐÊẾỀỂỄỆÔỐỒỔỖỘƠỚỜỞỠỢƯỨỪỬỮỰỲỴỶỸăắằẳẵặâấầẩẫậđêếềểễệôốồổỗộơớờởỡợưứừửữựỳỵỷỹ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Typeface:
    """`stem` is the file's name, which tells it from others; `characters` are those it has."""

    path: Path
    stem: str
    share: float
    characters: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Typefaces:
    """All that are installed, drawn by their shares."""

    faces: tuple[Typeface, ...]

    def one(self, draw: Random) -> Typeface:
        (face,) = draw.choices(self.faces, cum_weights=tuple(accumulate(face.share for face in self.faces)))
        return face


def find(folders: Sequence[Path] = SYSTEM_FOLDERS) -> Typefaces:
    """The faces of known families with all Vietnamese letters, in the order of their names; a file that lies in two
    folders counts once. Raises NotFound where there is none."""
    found: dict[str, Path] = {}
    for path in sorted(_files(folders), key=lambda path: (path.stem, str(path))):
        found.setdefault(path.stem, path)
    members: dict[str, list[tuple[Path, frozenset[str]]]] = {}
    for path in found.values():
        family = next((pattern for pattern, _ in _FAMILIES if re.fullmatch(pattern + _STYLE, path.name, re.I)), None)
        if family is not None and (characters := _characters(path)) >= _NEEDED:
            members.setdefault(family, []).append((path, characters))
    faces = []
    for pattern, share in _FAMILIES:
        ours = members.get(pattern, [])
        whole = sum(_style_weight(path) for path, _ in ours)
        faces += [
            Typeface(path=path, stem=path.stem, share=share * _style_weight(path) / whole, characters=characters)
            for path, characters in ours
        ]
    if not faces:
        raise NotFound("no typeface with Vietnamese letters; apt-get install " + " ".join(PACKAGES))
    return Typefaces(tuple(faces))


def _files(folders: Iterable[Path]) -> Iterable[Path]:
    return (path for folder in folders for path in folder.rglob("*") if path.suffix.lower() in (".ttf", ".otf"))


def _style_weight(path: Path) -> float:
    name = path.stem.lower()
    return next((weight for style, weight in _STYLE_WEIGHTS if name.endswith(style)), 4.0)


def _characters(path: Path) -> frozenset[str]:
    """Empty where the file is no font that can be read."""
    try:
        with TTFont(path, lazy=True) as font:
            return frozenset(map(chr, font.getBestCmap() or ()))
    except (TTLibError, OSError):
        return frozenset()
