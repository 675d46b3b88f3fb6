"""Centres and what they were: the newest version of each is its row in `centres`, others are in `earlier_centres`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from pipeline.errors import ImportRefused
from pipeline.model import Centre
from pipeline.text import same_spelling
from storage.catalogue.lookup import all_versions
from storage.catalogue.tables import centres, earlier_centres

_OF_VERSION = ("name", "province", "province_name", "level", "unit")
_NEWEST = [column.name for column in centres.columns]

Key = tuple[str, date]


class CentreWriter:
    """Puts rows one after another, writes them all at the end."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._versions: dict[str, dict[date, Centre]] = {}
        for version in all_versions(connection):
            self._versions.setdefault(version.code, {})[_day(version)] = version
        self._known = set(self._versions)
        self._stale: set[str] = set()

    def put(self, row: Centre) -> tuple[Centre | None, Centre]:
        """What is there in the row's place, and what will be."""
        versions = self._versions.setdefault(row.code, {})
        if not versions:
            self._set(row)
            return None, row
        newest, day = versions[max(versions)], _day(row)
        row = _spelled_as(versions.get(day, newest), row)
        if day < _day(newest):  # of its past: it says nothing of the centre as a whole
            after = _with_whole(row, newest)
            before = versions.get(day)
        elif day > _day(newest) and all(getattr(row, name) == getattr(newest, name) for name in _OF_VERSION):
            before, after = newest, replace(row, since=newest.since)  # nothing that a version is about has changed
        else:
            before, after = newest, row
        if before != after:
            self._set(after)
        return before, after

    def _set(self, version: Centre) -> None:
        versions = self._versions[version.code]
        versions[_day(version)] = version
        newest = versions[max(versions)]
        for day, other in versions.items():
            versions[day] = _with_whole(other, newest)
        self._stale.add(version.code)

    def write(self) -> None:
        """Raises ImportRefused where a centre was merged into one that is unknown."""
        for code in sorted(self._stale):
            into = next(iter(self._versions[code].values())).merged_into
            if into is not None and into not in self._versions:
                raise ImportRefused(f"Not in the register: centre {into}, into which {code} was merged.")
        newest = {code: versions[max(versions)] for code, versions in self._versions.items() if code in self._stale}
        added = [_values(row, _NEWEST) for code, row in newest.items() if code not in self._known]
        if added:
            self._connection.execute(sa.insert(centres), added)
        for code in sorted(self._stale & self._known):
            self._connection.execute(
                sa.update(centres).where(centres.c.code == code).values(_values(newest[code], _NEWEST))
            )
            self._connection.execute(sa.delete(earlier_centres).where(earlier_centres.c.code == code))
        earlier = [
            {"code": code, "since": day, **_values(version, _OF_VERSION)}
            for code in sorted(self._stale)
            for day, version in self._versions[code].items()
            if day != _day(newest[code])
        ]
        if earlier:
            self._connection.execute(sa.insert(earlier_centres), earlier)


def _day(version: Centre) -> date:
    return version.since or date.min


def _spelled_as(before: Centre, row: Centre) -> Centre:
    """A row without what is only another spelling of the same names."""
    names = {name: getattr(before, name) for name in ("name", "province_name")}
    return replace(row, **{n: known for n, known in names.items() if same_spelling(known, getattr(row, n))})


def _with_whole(version: Centre, newest: Centre) -> Centre:
    """A version with what the newest says of the centre as a whole."""
    return replace(newest, since=version.since, **_values(version, _OF_VERSION))


def _values(row: Centre, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
