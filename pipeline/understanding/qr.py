"""What the text of a QR code says: a paper that the system issued, a citizen card, or nothing that sohoa knows.

The layout of the papers' codes differs from system to system. Known is what they carry (dossier code, procedure code,
owner id, paper name), so the fields are told apart by their shape. Fields are separated by |, ; or new lines, or are
the values of a JSON object or of the query of an address; each may have a label before it (`Mã hồ sơ: ...`).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from pipeline.text import fold
from pipeline.understanding import dossier_code, papers

LONGEST = 4296
"""Characters that a QR code can hold (ISO/IEC 18004, version 40-L, alphanumeric)."""
_PROCEDURE = re.compile(r"\d\.\d{6}(?:\.\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2})?")
_OWNER = re.compile(r"\d{12}|\d{10}(?:-\d{3})?|\d{9}")
"""A personal number, a tax code with or without its branch, an older identity card."""
_CARD_DATE = re.compile(r"\d{8}")
_CARD_SEXES = ("nam", "nu")
_LABEL = re.compile(r"\s*([^\W\d][^:=|]{0,40}?)\s*[:=]\s*(\S.*)", re.DOTALL)
_PAPER_LABELS = ("giay", "loai", "paper", "tailieu", "thanhphan", "ketqua", "tp", "kq", "document")
_NOT_PAPER_LABELS = ("thutuc", "tthc", "chu", "nguoi", "hoten", "owner", "coquan", "donvi", "ngay", "diachi")


@dataclass(frozen=True, slots=True, kw_only=True)
class QrPaper:
    """A paper that the system issued. Only the dossier code is sure to be there."""

    dossier: str
    procedure: str = ""
    owner: str = ""
    paper: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CitizenCard:
    """A citizen card, recognised so that it is taken for nothing else. Its data are not kept."""


@dataclass(frozen=True, slots=True)
class _Field:
    label: str
    text: str


def parse(text: str) -> QrPaper | CitizenCard | None:
    """What a code's text says; None where it is neither."""
    if len(text) > LONGEST:
        return None
    text = unicodedata.normalize("NFC", text).strip()
    if _is_card(text):
        return CitizenCard()
    fields = list(_fields(text))
    codes = {code for field in fields if (code := _dossier(field.text))}
    if len(codes) != 1:
        return None
    return QrPaper(
        dossier=codes.pop(),
        procedure=next((field.text for field in fields if _PROCEDURE.fullmatch(field.text)), ""),
        owner=next((field.text for field in fields if _OWNER.fullmatch(field.text)), ""),
        paper=_paper(fields),
    )


def _is_card(text: str) -> bool:
    """`id|old id or empty|NAME|ddMMyyyy|Nam/Nữ|address|ddMMyyyy`, newer cards with more fields behind."""
    fields = [field.strip() for field in text.split("|")]
    return (
        len(fields) >= 6
        and re.fullmatch(r"\d{12}", fields[0]) is not None
        and re.fullmatch(r"\d{9}|\d{12}|", fields[1]) is not None
        and _CARD_DATE.fullmatch(fields[3]) is not None
        and fold(fields[4]) in _CARD_SEXES
    )


def _fields(text: str) -> Iterator[_Field]:
    if text.startswith("{"):
        try:
            yield from _json_fields(json.loads(text))
            return
        except (ValueError, RecursionError):
            pass  # it only looks like JSON: its fields are told apart like any others
    if re.match(r"https?://", text, re.IGNORECASE):
        yield from _address_fields(text)
        return
    if re.fullmatch(r"(?:[^=&|;\s]+=[^=&|;\n]*)(?:&[^=&|;\s]+=[^=&|;\n]*)+", text):
        yield from (_Field(_squeezed(key), value.strip()) for key, value in parse_qsl(text))
        return
    for part in re.split(r"[|;\n\r\t]+", text):
        label = _LABEL.fullmatch(part)
        if label is not None:
            yield _Field(_squeezed(label[1]), label[2].strip())
        elif part.strip():
            yield _Field("", part.strip())


def _json_fields(value: object, label: str = "") -> Iterator[_Field]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _json_fields(item, _squeezed(str(key)))
    elif isinstance(value, list):
        for item in value:
            yield from _json_fields(item, label)
    elif isinstance(value, str) and value.strip():
        yield _Field(label, unicodedata.normalize("NFC", value.strip()))


def _address_fields(text: str) -> Iterator[_Field]:
    try:
        address = urlsplit(text)
    except ValueError:
        return
    for key, value in [*parse_qsl(address.query), *parse_qsl(address.fragment)]:
        yield _Field(_squeezed(key), unicodedata.normalize("NFC", value.strip()))
    for segment in address.path.split("/"):
        if dossier_code.parse(segment) is not None:
            yield _Field("", segment)


def _squeezed(label: str) -> str:
    return re.sub(r"[^a-z0-9]", "", fold(label))


def _dossier(text: str) -> str | None:
    """A code is a code only as a field of its own: one inside a sentence belongs to somebody else."""
    compact = "".join(text.split()).upper()
    return compact if dossier_code.parse(compact) is not None else None


def _paper(fields: list[_Field]) -> str:
    """The paper's name or code: by its label, else by its first words, else the only field that could be it."""
    texts = [field for field in fields if not _is_known(field)]
    labelled = [field.text for field in texts if field.label.startswith(_PAPER_LABELS) or "tengiay" in field.label]
    typed = [field.text for field in texts if papers.begins_as_paper(field.text)]
    for names in (labelled, typed, [field.text for field in texts if not field.label]):
        if len(set(names)) == 1:
            return names[0]
        if names:
            return ""
    return ""


def _is_known(field: _Field) -> bool:
    text = field.text
    return (
        _dossier(text) is not None
        or _PROCEDURE.fullmatch(text) is not None
        or not any(char.isalpha() for char in text)
        or "://" in text
        or any(label in field.label for label in _NOT_PAPER_LABELS)
    )
