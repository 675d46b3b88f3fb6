"""Messages built from the mapping tables, whole and spoiled in every way that a field can be: each has one outcome."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from pipeline.interconnection import convert, dates, tables
from pipeline.interconnection.tables import Field, Scope
from pipeline.model import System

MESSAGES = [(system, name) for system in System for name in tables.load(system).messages]
DAY = "2023-09-14"


def good(system: System, field: Field) -> Any:
    """A value of theirs that fits."""
    if field.codes:
        return next(iter(tables.load(system).codes[field.codes].ours))
    if field.date_forms:
        return dates.write(DAY if "dd" in field.date_forms[0] else DAY[:4], field.date_forms)
    size = field.exactly or min(field.longest or 3, 3)
    return "1" if field.type == "flag" else "7" * size


def message(system: System, scope: Scope) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for field in scope.fields:
        _put(made, field.path, good(system, field))
    for inner in scope.lists:
        _put(made, inner.path, [message(system, inner)])
    return made


def _put(made: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for step in path[:-1]:
        made = made.setdefault(step, {})
    made[path[-1]] = value


def fields(scope: Scope, where: str = "") -> Iterator[tuple[str, Field, tuple[Any, ...]]]:
    """Each field with its name in a message with one of everything, and the way to it."""
    for field in scope.fields:
        yield where + field.name, field, field.path
    for inner in scope.lists:
        name = where + ".".join(inner.path)
        for full, field, path in fields(inner, f"{name}[0]."):
            yield full, field, (*inner.path, 0, *path)


def spoiled(given: Mapping[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    made = copy.deepcopy(dict(given))
    place: Any = made
    for step in path[:-1]:
        place = place[step]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return made


def ways(field: Field) -> Iterator[tuple[Any, str]]:
    """Values that do not fit, and what is said of them."""
    if field.required:
        yield None, "is missing"
        yield "", "is missing"
    if field.type == "raw":
        return
    yield {"a": 1}, "is not a plain value"
    if field.codes:
        yield "ZZ", f"is not in the code list {field.codes}"
    elif field.date_forms:
        yield "31/02/2023", "is not a date of the form"
        yield "hôm qua", "is not a date of the form"
    else:
        if field.longest is not None:
            yield "7" * (field.longest + 1), f"at most {field.longest} are allowed"
        if field.exactly is not None:
            yield "7" * (field.exactly + 1), f"it must be {field.exactly}"
        if field.type == "digits":
            yield "7x", "has other characters than digits"
        if field.type == "n":
            yield "nhiều", "is not a number"
        yield "7\x00", "has characters that cannot be printed"


@pytest.mark.parametrize(("system", "name"), MESSAGES)
def test_a_message_built_from_the_table_is_read_whole(system: System, name: str) -> None:
    loaded = tables.load(system)
    record, misfits = convert.read(loaded, name, message(system, loaded.message(name)))
    assert misfits == []
    assert record or not any(field.ours for _, field, _ in fields(loaded.message(name)))


@pytest.mark.parametrize(("system", "name"), MESSAGES)
def test_each_spoiled_field_is_named_with_what_is_wrong_and_nothing_else_is(system: System, name: str) -> None:
    loaded = tables.load(system)
    whole = message(system, loaded.message(name))
    for full, field, path in fields(loaded.message(name)):
        for value, said in ways(field) if field.ours else ():
            _, misfits = convert.read(loaded, name, spoiled(whole, path, value))
            assert misfits, f"{full} = {value!r} passed"
            assert {misfit.field for misfit in misfits} == {full}
            assert any(said in misfit.english for misfit in misfits), (full, value, misfits)
            assert not any(str(value) in str(misfit) for misfit in misfits if value not in (None, "", "ZZ"))


@pytest.mark.parametrize(("system", "name"), MESSAGES)
def test_a_list_may_come_as_null_as_one_object_or_as_something_else(system: System, name: str) -> None:
    loaded = tables.load(system)
    scope = loaded.message(name)
    whole = message(system, scope)
    for inner in scope.lists:
        one = spoiled(whole, inner.path, message(system, inner))
        assert convert.read(loaded, name, one) == convert.read(loaded, name, whole)
        assert convert.read(loaded, name, spoiled(whole, inner.path, None))[1] == []
        (misfit,) = convert.read(loaded, name, spoiled(whole, inner.path, "<html>"))[1]
        assert misfit.field == f"{'.'.join(inner.path)}[0]"
