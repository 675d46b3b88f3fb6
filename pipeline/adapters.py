"""Pydantic's adapters of our own dataclasses, each made when it is first needed.

One takes a hundredth of a second to make, which every command would pay for all of them.
"""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")


_made: dict[object, TypeAdapter[Any]] = {}


def adapter(kind: type[T]) -> TypeAdapter[T]:
    """Dumps and validates values of `kind`."""
    if kind not in _made:
        _made[kind] = TypeAdapter(kind)
    return _made[kind]
