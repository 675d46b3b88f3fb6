"""What all connectors do with messages and answers: by the tables, and with the same errors."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from connectors.endpoint import Endpoint
from connectors.gateway import Gateway, Reply
from pipeline.errors import AccessRefused, AnswerNotUnderstood, NotThereYet, RecordInvalid, RecordRefused
from pipeline.interconnection import answers, convert, tables
from pipeline.interconnection.answers import Verdict
from pipeline.interconnection.convert import Misfit
from pipeline.model import Health, Record

CODES = ("error_code", "errorCode", "statusCode", "status", "STATUS", "Status", "code")
WORDS = ("message", "statusDescription", "DESCRIPTION", "errorDescription", "errorDetail", "Message", "description")
"""Under which names answers carry their code and their words, in this order."""


class Speaker:
    """A connector's tables, rules and gateway."""

    def __init__(self, endpoint: Endpoint, gateway: Gateway) -> None:
        """Raises MappingWrong, NotConfigured."""
        self.endpoint, self.gateway = endpoint, gateway
        self.tables = tables.load(endpoint.system, endpoint.tables)
        self.rules = answers.load(endpoint.system, endpoint.tables)

    def close(self) -> None:
        self.gateway.close()

    def message(self, name: str, record: Record) -> dict[str, Any]:
        """Their message. Raises RecordInvalid, which names every field that does not fit."""
        made, misfits = convert.render(self.tables, name, record)
        if misfits:
            raise RecordInvalid("; ".join(map(str, misfits)))
        return made

    def read(self, name: str, given: object) -> tuple[dict[str, Any], list[Misfit]]:
        return convert.read(self.tables, name, given)

    def record(self, name: str, given: object) -> dict[str, Any]:
        """Our record of their message. Raises AnswerNotUnderstood, which names every field that does not fit."""
        record, misfits = self.read(name, given)
        if misfits:
            raise AnswerNotUnderstood(f"{self.endpoint.system}: {'; '.join(map(str, misfits))}")
        return record

    def code(self, answer: Mapping[str, Any]) -> str:
        return next((str(answer[name]) for name in CODES if answer.get(name) not in (None, "")), "")

    def words(self, answer: Mapping[str, Any]) -> str:
        return next((str(answer[name]) for name in WORDS if answer.get(name) not in (None, "")), "")

    def verdict(self, operation: str, answer: Mapping[str, Any]) -> Verdict:
        return answers.judge(self.rules, operation, self.code(answer), self.words(answer))

    def require_accepted(self, operation: str, answer: Mapping[str, Any]) -> Verdict:
        """ACCEPTED or ALREADY; what else it may be is raised: RecordRefused, NotThereYet, AccessRefused,
        AnswerNotUnderstood. Of its words only names of fields get into the error."""
        verdict = self.verdict(operation, answer)
        about = f"{self.endpoint.system} {operation}, code {self.code(answer)[:20] or 'none'}"
        match verdict:
            case Verdict.ACCEPTED | Verdict.ALREADY:
                return verdict
            case Verdict.RETRY:
                raise NotThereYet(f"{about}.")
            case Verdict.FORBIDDEN:
                raise AccessRefused(f"{about}.")
            case Verdict.REFUSED:
                named = self.fields_in(self.words(answer))
                raise RecordRefused(f"{about}{': ' + ', '.join(named) if named else ''}.")
        raise AnswerNotUnderstood(f"{about}: neither code nor words are known.")

    def fields_in(self, words: str) -> list[str]:
        """Which of the tables' fields a running text names: all that may be told of it."""
        known = {field.path[-1] for scope in self.tables.messages.values() for field in _fields(scope)}
        return [word for word in dict.fromkeys(_split(words)) if word in known]

    def timed(self, clock: Callable[[], datetime], call: Callable[[], Reply]) -> Health:
        """How long a call took after a new login."""
        self.gateway.tokens.drop()
        began = time.monotonic()
        reply = call()
        return Health(at=clock(), seconds=time.monotonic() - began, skew=reply.skew)


def _fields(scope: tables.Scope) -> list[tables.Field]:
    return [*scope.fields, *(field for inner in scope.lists for field in _fields(inner))]


def _split(words: str) -> list[str]:
    return "".join(c if c.isalnum() or c == "_" else " " for c in words).split()
