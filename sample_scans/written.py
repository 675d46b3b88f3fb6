"""A paper with what it says, and what papers of the civil registry have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from sample_scans.cases import SIGNERS, Case
from sample_scans.decisions import CHAIR, office, sealed_by
from sample_scans.layout import Entry, Form
from sample_scans.people import Person

Says = Mapping[tuple[str, str], str]
"""What a paper says, by whom it is about ("": the paper itself) and what it is, in the form of `FieldRead`."""
VIETNAM = "Việt Nam"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A paper and what it says. `kind` as in pipeline/understanding/fields/data/papers.csv."""

    name: str
    kind: str
    form: Form
    says: Says


def dmy(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def in_words(day: date) -> str:
    return f"ngày {day.day:02} tháng {day.month:02} năm {day.year}"


def sex(who: Person) -> str:
    return "male" if who.sex == "Nam" else "female"


def of(whose: str, who: Person, *names: str) -> dict[tuple[str, str], str]:
    """What a paper says of a person where it says these things."""
    known = {
        "name": who.name,
        "sex": sex(who),
        "born": who.born.isoformat(),
        "year": str(who.born.year),
        "people": who.people,
        "nationality": VIETNAM,
        "id": who.identity,
    }
    return {(whose, "born" if name == "year" else name): known[name] for name in names}


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """Where and when an entry was made, and its number."""

    number: str
    book: str
    on: date
    at: str

    def says(self, *names: str) -> dict[tuple[str, str], str]:
        known = {
            "number": self.number,
            "book": self.book,
            "registered_on": self.on.isoformat(),
            "registered_at": self.at,
        }
        return {("", name): known[name] for name in names or known}

    @property
    def lines(self) -> tuple[Entry, ...]:
        return (
            Entry(label="Nơi đăng ký:", value=self.at),
            Entry(label="Số:", value=f"{self.number}; Quyển số: {self.book}"),
            Entry(label="Ngày, tháng, năm đăng ký:", value=dmy(self.on)),
        )


def registered(case: Case, rng: np.random.Generator, after: date) -> Registered:
    on = after + timedelta(days=int(rng.integers(2, 50)))
    book = f"{int(rng.integers(1, 4)):02}/{on.year}"
    return Registered(number=str(int(rng.integers(1, 300))), book=book, on=on, at=f"Ủy ban nhân dân {case.commune}")


def issued(case: Case, form: Form) -> Form:
    """As the commune's committee gives it out."""
    return replace(
        form,
        agency=office(case),
        place_date=case.place_date(5),
        roles=CHAIR,
        signer=SIGNERS[0],
        sealed=sealed_by(case),
        wrapped=True,
    )
