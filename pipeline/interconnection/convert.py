"""Our records to their messages and back, by a mapping table. What does not fit is said field by field, without ever
repeating a value."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.interconnection import dates
from pipeline.interconnection.tables import Field, Scope, Tables
from pipeline.model import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """A field that does not fit: `TaiLieuNop[2].MaThanhPhanHoSo` and what is wrong with it."""

    field: str
    english: str
    vietnamese: str

    def __str__(self) -> str:
        return f"{self.field} {self.english}"


class _Misfits(list[Misfit]):
    def add(self, name: str, english: str, vietnamese: str) -> None:
        self.append(Misfit(field=name, english=english, vietnamese=vietnamese))


def render(tables: Tables, message: str, record: Record) -> tuple[dict[str, Any], list[Misfit]]:
    """The message that carries `record`, and all that is wrong with it; to be sent only where nothing is.

    Raises MappingWrong where the table has no such message."""
    misfits = _Misfits()
    return _render(tables, tables.message(message), record, "", misfits), misfits


def read(tables: Tables, message: str, given: object) -> tuple[dict[str, Any], list[Misfit]]:
    """Our record out of a message, and what is wrong with it. Null and a single object stand for a list too."""
    misfits = _Misfits()
    if not isinstance(given, Mapping):
        misfits.add(message, "is not an object", "không phải là đối tượng")
        return {}, misfits
    return _read(tables, tables.message(message), given, "", misfits), misfits


def as_list(value: object) -> list[Any]:
    """Null in place of an empty list, and a single object in place of a list of one, are seen in real answers."""
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


# --- to their message ---------------------------------------------------------------------------------------


def _render(tables: Tables, scope: Scope, record: Record, where: str, misfits: _Misfits) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for field in scope.fields:
        text = _encode(tables, field, _get(record, field.ours), f"{where}{field.name}", misfits)
        if text is not None:
            _set(out, field.path, text)
    for inner in scope.lists:
        name = where + ".".join(inner.path)
        items = as_list(_get(record, inner.ours))
        _set(out, inner.path, [_render(tables, inner, item, f"{name}[{n}].", misfits) for n, item in enumerate(items)])
    return out


def _encode(tables: Tables, field: Field, value: object, name: str, misfits: _Misfits) -> Any:
    if value is None or value == "":
        if field.default:
            return field.default
        if field.required:
            misfits.add(name, "is missing", "bị thiếu")
        return None
    if field.type == "raw":
        return value
    text = _text(tables, field, value, name, misfits)
    if text is not None:
        _check_form(field, text, name, misfits)
    return text


def _text(tables: Tables, field: Field, value: object, name: str, misfits: _Misfits) -> str | None:
    if field.codes:
        code = tables.codes[field.codes].theirs.get(str(value))
        if code is None:
            misfits.add(name, f"is not in the code list {field.codes}", f"không có trong danh mục {field.codes}")
        return code
    if field.date_forms:
        text = dates.write(value, field.date_forms)
        if text is None:
            _bad_date(field, name, misfits)
        return text
    if field.type == "flag":
        return "1" if value in (True, 1, "1", "true") else "0"
    return unicodedata.normalize("NFC", str(value)).strip()


def _check_form(field: Field, text: str, name: str, misfits: _Misfits) -> None:
    if field.type == "digits" and not (text.isascii() and text.isdecimal()):
        misfits.add(name, "has other characters than digits", "có ký tự không phải chữ số")
    if field.type == "n" and not _is_number(text):
        misfits.add(name, "is not a number", "không phải là số")
    if field.longest is not None and len(text) > field.longest:
        misfits.add(
            name,
            f"has {len(text)} characters, at most {field.longest} are allowed",
            f"có {len(text)} ký tự, tối đa {field.longest}",
        )
    if field.exactly is not None and len(text) != field.exactly:
        misfits.add(
            name,
            f"has {len(text)} characters, it must be {field.exactly}",
            f"có {len(text)} ký tự, phải đúng {field.exactly}",
        )
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\r\t" for c in text):
        misfits.add(name, "has characters that cannot be printed", "có ký tự không in được")


# --- from their message -------------------------------------------------------------------------------------


def _read(tables: Tables, scope: Scope, given: Mapping[str, Any], where: str, misfits: _Misfits) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for field in scope.fields:
        if field.ours:
            value = _decode(tables, field, _get(given, field.path), f"{where}{field.name}", misfits)
            if value is not None:
                _set(out, field.ours, value)
    for inner in scope.lists:
        name = where + ".".join(inner.path)
        _set(out, inner.ours, _read_list(tables, inner, _get(given, inner.path), name, misfits))
    return out


def _read_list(tables: Tables, scope: Scope, given: object, name: str, misfits: _Misfits) -> Sequence[Record]:
    items = []
    for number, item in enumerate(as_list(given)):
        if isinstance(item, Mapping):
            items.append(_read(tables, scope, item, f"{name}[{number}].", misfits))
        else:
            misfits.add(f"{name}[{number}]", "is not an object", "không phải là đối tượng")
    return items


def _decode(tables: Tables, field: Field, value: object, name: str, misfits: _Misfits) -> Any:
    if value is None or value == "":
        if field.required:
            misfits.add(name, "is missing", "bị thiếu")
        return None
    if field.type == "raw":
        return value
    if isinstance(value, Mapping | list):
        misfits.add(name, "is not a plain value", "không phải là giá trị đơn")
        return None
    return _value(tables, field, unicodedata.normalize("NFC", str(value)).strip(), name, misfits)


def _value(tables: Tables, field: Field, text: str, name: str, misfits: _Misfits) -> Any:
    if field.codes:
        own = tables.codes[field.codes].ours.get(text)
        if own is None:
            misfits.add(name, f"is not in the code list {field.codes}", f"không có trong danh mục {field.codes}")
        return own
    if field.date_forms:
        moment = dates.read(text, field.date_forms)
        if moment is None:
            _bad_date(field, name, misfits)
        return moment
    _check_form(field, text, name, misfits)
    if field.type == "flag":
        return text.lower() in ("1", "true")
    return text


# --- small ones ---------------------------------------------------------------------------------------------


def _bad_date(field: Field, name: str, misfits: _Misfits) -> None:
    forms = " or ".join(field.date_forms)
    misfits.add(name, f"is not a date of the form {forms}", f"không phải ngày dạng {forms}")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text.isascii()


def _get(record: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = record if path else None
    for step in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(step)
    return value


def _set(out: dict[str, Any], path: tuple[str, ...], value: object) -> None:
    for step in path[:-1]:
        out = out.setdefault(step, {})
    out[path[-1]] = value
