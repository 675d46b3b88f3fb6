"""How an answer is to be taken: by its code and by its words, for real systems call success by either.

`answers.csv`: system (`*`: all), operation (empty: all), code (empty: any, `-`: none), text (words that it must hold,
without regard to case and marks; empty: any, `-`: none), verdict, certainty. The first row that fits counts, so that
"không thành công" stands before "thành công".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pipeline.errors import MappingWrong
from pipeline.interconnection.tables import lines
from pipeline.model import System
from pipeline.text import fold


class Verdict(StrEnum):
    ACCEPTED = "accepted"
    ALREADY = "already"
    """It has the record from before: as good as accepted."""
    RETRY = "retry"
    """Something has to happen on its side first."""
    REFUSED = "refused"
    FORBIDDEN = "forbidden"
    """The account or the procedure is not licensed."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    operation: str
    code: str
    text: str
    verdict: Verdict


def load(system: System, folder: Path | None = None) -> tuple[Rule, ...]:
    """The rules of a system, in order. Raises MappingWrong."""
    found = []
    for where, row in lines(folder, "answers.csv", ("system", "operation", "code", "text", "verdict")):
        if row["verdict"] not in set(Verdict):
            raise MappingWrong(f"{where}: {row['verdict']!r} is no verdict; known are {', '.join(Verdict)}.")
        if row["system"] in ("*", system):
            text = row["text"] if row["text"] == "-" else fold(row["text"])
            verdict = Verdict(row["verdict"])
            found.append(Rule(operation=row["operation"], code=row["code"], text=text, verdict=verdict))
    return tuple(found)


def judge(rules: Sequence[Rule], operation: str, code: object, text: object) -> Verdict:
    """What an answer with this code and these words means; UNKNOWN where no rule fits."""
    given, words = ("" if code is None else str(code).strip()), fold(str(text or ""))
    for rule in rules:
        if (
            rule.operation in ("", operation)
            and _fits(rule.code, given, exact=True)
            and _fits(rule.text, words, exact=False)
        ):
            return rule.verdict
    return Verdict.UNKNOWN


def _fits(wanted: str, given: str, *, exact: bool) -> bool:
    if wanted == "":
        return True
    if wanted == "-":
        return given == ""
    return wanted == given if exact else wanted in given
