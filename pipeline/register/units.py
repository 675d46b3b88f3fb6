"""Where a place lies on a day, and where today: administrative units change, and figures of the past are not restated.

A unit is told by its code and the day from which on it is valid, since codes are used again. Each unit that ended has
successions into those that took its place, of which one is the default. A report shows units either as they were then,
or mapped to another day's by the default successions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from pipeline.model import Centre, Level, Succession, Unit

_KINDS = ("Tỉnh ", "Thành phố ")

REFORM = date(2025, 7, 1)
"""34 provinces instead of 63, and no districts, from this day on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """All units and successions; made by `units_of`."""

    by_code: Mapping[str, Sequence[Unit]]
    """The first valid first."""
    by_agency: Mapping[str, Sequence[Unit]]
    successions: Mapping[tuple[str, date], Sequence[Succession]]

    def on(self, code: str, day: date) -> Unit | None:
        """The unit that had this code on a day."""
        return next((unit for unit in self.by_code.get(code, ()) if unit.valid_on(day)), None)

    def of_agency(self, agency: str, day: date) -> Unit | None:
        """The province or ministry with this agency code on a day."""
        return next((unit for unit in self.by_agency.get(agency, ()) if unit.valid_on(day)), None)

    def in_force_since(self, day: date) -> date:
        """The last day up to `day` on which a unit began: from then to `day` the units are the same."""
        began = (unit.valid_from for units in self.by_code.values() for unit in units if unit.valid_from <= day)
        return max(began, default=day)

    def successors(self, unit: Unit) -> Sequence[Unit]:
        """The units that took the place of one that ended, the default first."""
        found = self.successions.get((unit.code, unit.valid_from), ())
        return [later for row in found if (later := self.on(row.into, row.into_from)) is not None]

    def mapped(self, unit: Unit, day: date) -> Unit:
        """What became of a unit by a later day, by the default successions; where they end, the last one."""
        while not unit.valid_on(day) and unit.valid_from <= day:
            later = next(iter(self.successors(unit)), None)
            if later is None or not unit.valid_from < later.valid_from <= day:
                return unit
            unit = later
        return unit

    def above(self, unit: Unit) -> Iterator[Unit]:
        """The unit itself, its district where there is one, its province."""
        day, seen = unit.valid_from if unit.valid_to is None else unit.valid_to, set[str]()
        current: Unit | None = unit
        while current is not None and current.code not in seen:
            yield current
            seen.add(current.code)
            current = self.on(current.parent, day) if current.parent else None


def units_of(units: Iterable[Unit], successions: Iterable[Succession]) -> Units:
    by_code: dict[str, list[Unit]] = defaultdict(list)
    by_agency: dict[str, list[Unit]] = defaultdict(list)
    for unit in sorted(units, key=lambda unit: (unit.code, unit.valid_from)):
        by_code[unit.code].append(unit)
        if unit.agency:
            by_agency[unit.agency].append(unit)
    followed: dict[tuple[str, date], list[Succession]] = defaultdict(list)
    for row in sorted(successions, key=lambda row: (not row.default, row.into)):
        followed[row.code, row.valid_from].append(row)
    return Units(by_code=by_code, by_agency=by_agency, successions=followed)


def placed(units: Units, centre: Centre, then: date, day: date) -> Centre:
    """A centre as it was `then`, with unit, province and province's name of `day`: "mapped to today".

    Where its unit is not known, its province is mapped; where that is not known either, nothing changes.
    """
    unit = units.on(centre.unit, then) if centre.unit else None
    place = unit or units.of_agency(centre.province, then)
    if place is None:
        return centre
    later = units.mapped(place, day)
    top = next((above for above in units.above(later) if above.agency), None)
    return replace(
        centre,
        unit=later.code if unit else "",
        province=top.agency if top else centre.province,
        province_name=_named_like(centre.province_name, top) if top else centre.province_name,
    )


def _named_like(before: str, top: Unit) -> str:
    """With the kind of unit in front where the register has it there."""
    return top.name if before.startswith(_KINDS) else short_name(top)


def short_name(unit: Unit) -> str:
    """`Điện Biên` of `Tỉnh Điện Biên`, as centres and reports call provinces; a ministry's name stays whole."""
    if unit.level is Level.MINISTRY:
        return unit.name
    for kind in _KINDS:
        if unit.name.startswith(kind):
            return unit.name.removeprefix(kind)
    return unit.name


# --- the versions of centres --------------------------------------------------------------------------------


def centres_on(versions: Iterable[Centre], day: date | None) -> list[Centre]:
    """Of each centre the version in force on a day (None: the newest), or its first where the day is before it."""
    by_code: dict[str, list[Centre]] = defaultdict(list)
    for version in versions:
        by_code[version.code].append(version)
    found = []
    for code in sorted(by_code):
        if len(by_code[code]) == 1:  # most centres: there are twelve thousand
            found += by_code[code]
            continue
        ordered = sorted(by_code[code], key=lambda version: version.since or date.min)
        until = [v for v in ordered if day is None or v.since is None or v.since <= day]
        found.append((until or ordered[:1])[-1])
    return found


def successor(centres: Mapping[str, Centre], code: str) -> str:
    """The centre that has the work of `code` in the end, by mergers; itself where it was merged into none."""
    seen = {code}
    while (centre := centres.get(code)) and centre.merged_into and centre.merged_into not in seen:
        code = centre.merged_into
        seen.add(code)
    return code
