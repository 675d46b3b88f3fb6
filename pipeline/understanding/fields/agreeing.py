"""Whether the values of a paper agree with each other, and with the slip that lies before it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from rapidfuzz.distance import Hamming

from pipeline.model import Doubt, FieldRead, PaperFields
from pipeline.understanding.fields import values

OWNER_FIELDS = ("id", "name", "born", "sex", "address")
"""What identifies the owner of a paper, in the order in which it is shown."""
_BEFORE = ("requester", "subject", "child", "deceased", "husband", "wife", "guardian", "agent")
"""Who of several persons is the owner of a paper that a slip does not name."""

Fields = Mapping[tuple[str, str], FieldRead]


def with_contradictions(fields: Fields) -> dict[tuple[str, str], FieldRead]:
    """The fields with a doubt on sex, year of birth and personal number of each person where they differ."""
    wrong = {key for person in {whose for whose, _ in fields} for key in _contradicting(fields, person)}
    return {key: _doubted(found, Doubt.CONTRADICTED) if key in wrong else found for key, found in fields.items()}


def _contradicting(fields: Fields, person: str) -> Iterator[tuple[str, str]]:
    number, sex, born = (fields.get((person, name)) for name in ("id", "sex", "born"))
    said = values.structure_of(number.value) if number is not None else None
    if said is None:
        return
    if sex is not None and sex.value != said[0]:
        yield from ((person, "id"), (person, "sex"))
    if born is not None and int(born.value[:4]) != said[1]:
        yield from ((person, "id"), (person, "born"))


def owner(paper: PaperFields, slips: Collection[str] = ()) -> dict[str, FieldRead]:
    """What was read of the owner, by OWNER_FIELDS; those that were not read are not there.

    `slips` are personal numbers in QR codes that the one-stop system printed for the paper. The owner is who has one of
    them; a slip's number stands for one that was not read, or not surely and but for one digit. Another number is
    doubtful.
    """
    people = paper.persons()
    numbers = {person: paper.of(person).get("id") for person in people}
    told = next((person for person, number in numbers.items() if number is not None and number.value in slips), None)
    person = told or _first(paper, people)
    found = {name: read for name in OWNER_FIELDS if (read := paper.of(person).get(name)) is not None}
    if not found or not slips or told:
        return found
    meant = [slip for slip in slips if "id" not in found or _misread(found["id"], slip)]
    if len(meant) == 1:
        return {**found, "id": FieldRead(value=meant[0], page=1, box=None)}
    return {**found, "id": _doubted(found["id"], Doubt.CONTRADICTED)} if "id" in found else found


def _misread(number: FieldRead, slip: str) -> bool:
    return number.doubtful and len(number.value) == len(slip) and Hamming.distance(number.value, slip) == 1


def _first(paper: PaperFields, people: list[str]) -> str:
    """The person whom the paper speaks of first, or else of whom most was read."""
    named = [person for person in people if "name" in paper.of(person)]
    if paper.first in named:
        return paper.first
    by_role = [person for person in _BEFORE if person in named]
    return (by_role or sorted(named, key=lambda person: -len(paper.of(person))) or [""])[0]


def firm(paper: PaperFields) -> dict[str, FieldRead]:
    """`code`, `name`, `address` of a business or household business and its `owner`, as far as they were read. A code
    that is no tax code, with its check digit, and no personal number is doubtful."""
    of_paper, agent = paper.of(""), paper.of("agent")
    code = of_paper.get("firm_code")
    if code is None and paper.kind == "household":
        code = agent.get("id")  # of household businesses since 2025 the owner's number is the tax code
    found = {"code": code, "name": of_paper.get("firm_name"), "address": of_paper.get("firm_address")}
    read = {name: value for name, value in {**found, "owner": agent.get("name")}.items() if value is not None}
    if code is not None and not values.is_tax_code(code.value):
        read["code"] = _doubted(code, Doubt.STRUCTURE)
    return read


def _doubted(found: FieldRead, doubt: Doubt) -> FieldRead:
    return replace(found, doubts=tuple(dict.fromkeys((*found.doubts, doubt))))
