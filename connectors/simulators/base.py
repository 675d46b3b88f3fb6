"""What all simulators have: tokens, a limit on calls, a log of what came, and bad days.

POST /_simulator/faults   {"fault": "slow", "times": 3, "path": "/apiHoTich", "seconds": 20}
GET  /_simulator/state    how many calls and records there were, and the faults still to come
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pipeline.model import System

Handler = Callable[[Request], Awaitable[Response]]
_Message = MutableMapping[str, Any]
_Send = Callable[[_Message], Awaitable[None]]


class Fault(StrEnum):
    """A bad day."""

    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    TOO_MANY = "too-many"
    SERVER_ERROR = "server-error"
    SLOW = "slow"
    CUT = "cut"
    """The work is done, then the line breaks before the answer is out."""
    WRONG_SCHEMA = "wrong-schema"
    WRONG_CODES = "wrong-codes"
    TEXT = "text"
    HTML = "html"
    ENTITY = "entity"
    """XML with an entity that reads a file of the reader."""
    CLOCK_SKEW = "clock-skew"
    EXPIRED_TOKENS = "expired-tokens"
    """All tokens end at once, in mid-run."""


_STATUS = {Fault.UNAUTHORIZED: 401, Fault.FORBIDDEN: 403, Fault.TOO_MANY: 429, Fault.SERVER_ERROR: 500}
_INSTEAD = {
    Fault.TEXT: (b"Cap nhat du lieu", "text/plain"),
    Fault.HTML: (b"<!DOCTYPE html><html><body>Bao tri</body></html>", "text/html"),
    Fault.ENTITY: (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>', "application/xml"),
    Fault.WRONG_SCHEMA: (b'{"ketQua": {"khac": 1}}', "application/json"),
}


@dataclass(slots=True, kw_only=True)
class Planned:
    """A fault that meets the next `times` calls to paths that begin with `path`."""

    fault: Fault
    times: int = 1
    path: str = ""
    seconds: float = 60.0


@dataclass(slots=True, kw_only=True)
class Simulator:
    """A system's state. `make` in the modules beside this one fill `handlers` (by path, with their methods)."""

    system: System
    clock: Callable[[], datetime]
    token_path: str = "/token"  # noqa: S105  a path
    token_answer: Callable[[str, int], dict[str, Any]] = lambda token, seconds: {
        "access_token": token,
        "scope": "default",
        "token_type": "Bearer",
        "expires_in": seconds,
    }
    bearer: bool = True
    """Whether calls carry a bearer token; otherwise the handlers look for themselves."""
    coded: frozenset[str] = frozenset()
    """Names whose values WRONG_CODES spoils."""
    key: str = "sohoa"
    secret: str = "mo-phong"  # noqa: S105  invented, for simulators only
    token_seconds: int = 3600
    per_minute: int = 6000
    generous: bool = False
    """Whether it has whatever dossier it is asked for: for demonstrations with a register of one's own."""
    ahead: timedelta = timedelta()
    """How far its clock is ahead."""
    handlers: dict[str, tuple[str, Handler]] = field(default_factory=dict)
    records: dict[str, Any] = field(default_factory=dict)
    """What it holds, by the key under which it knows it."""
    arrivals: Counter[str] = field(default_factory=Counter)
    """How often a record was accepted as new or changed, by its key."""
    calls: Counter[str] = field(default_factory=Counter)
    planned: list[Planned] = field(default_factory=list)
    tokens: dict[str, datetime] = field(default_factory=dict)
    _minute: tuple[str, int] = ("", 0)

    def plan(self, fault: Fault, times: int = 1, path: str = "", seconds: float = 60.0) -> None:
        self.planned.append(Planned(fault=fault, times=times, path=path, seconds=seconds))

    def new_token(self) -> str:
        token = secrets.token_hex(16)
        self.tokens[token] = self.clock() + timedelta(seconds=self.token_seconds)
        return token

    def is_valid(self, token: str) -> bool:
        return token in self.tokens and self.clock() < self.tokens[token]

    def next_fault(self, path: str) -> Planned | None:
        for planned in self.planned:
            if path.startswith(planned.path):
                planned.times -= 1
                if planned.times <= 0:
                    self.planned.remove(planned)
                return planned
        return None

    def over_limit(self) -> bool:
        minute = f"{self.clock():%H:%M}"
        count = self._minute[1] + 1 if self._minute[0] == minute else 1
        self._minute = (minute, count)
        return count > self.per_minute

    def app(self) -> Callable[..., Awaitable[None]]:
        """The ASGI application."""
        routes = [
            Route("/_simulator/faults", self._plan, methods=["POST"]),
            Route("/_simulator/state", self._state, methods=["GET"]),
            *(Route(path, handler, methods=[method]) for path, (method, handler) in self.handlers.items()),
        ]
        if self.token_path not in self.handlers:
            routes.append(Route(self.token_path, self._token, methods=["POST"]))
        return _BadDays(self, Starlette(routes=routes))

    async def _plan(self, request: Request) -> Response:
        given = await request.json()
        try:
            self.plan(Fault(given.pop("fault")), **given)
        except (ValueError, TypeError, KeyError):
            return JSONResponse({"error": f"fault: one of {', '.join(Fault)}; times, path, seconds"}, 422)
        return JSONResponse({"planned": len(self.planned)})

    async def _state(self, _: Request) -> Response:
        coming = [{"fault": p.fault, "times": p.times, "path": p.path} for p in self.planned]
        return JSONResponse({"calls": dict(self.calls), "records": len(self.records), "faults": coming})

    async def _token(self, request: Request) -> Response:
        """client_credentials with Basic or JSON, whatever the style."""
        if await self.credentials_fit(request):
            return JSONResponse(self.token_answer(self.new_token(), self.token_seconds))
        return JSONResponse({"error": "invalid_client"}, 401)

    async def credentials_fit(self, request: Request) -> bool:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme == "Basic":
            try:
                return base64.b64decode(given).decode() == f"{self.key}:{self.secret}"
            except ValueError:
                return False
        try:
            content = await request.json()
        except ValueError:
            return False
        names = ("client_id", "userName", "username"), ("client_secret", "password")
        key, secret = (next((content[name] for name in some if name in content), "") for some in names)
        return bool(key == self.key and secret == self.secret)


class _BadDays:
    """Lets faults happen around the application."""

    def __init__(self, simulator: Simulator, inner: Starlette) -> None:
        self._simulator, self._inner = simulator, inner

    async def __call__(self, scope: _Message, receive: Any, send: _Send) -> None:
        simulator = self._simulator
        if scope["type"] != "http" or scope["path"].startswith("/_simulator/"):
            await self._inner(scope, receive, send)
            return
        path = scope["path"]
        simulator.calls[path] += 1
        planned = simulator.next_fault(path)
        fault = planned.fault if planned else None
        refused = self._refusal(scope, fault)
        if refused is not None:
            await self._answer(send, *refused, skewed=fault is Fault.CLOCK_SKEW)
            return
        if planned and fault is Fault.SLOW:
            await asyncio.sleep(planned.seconds)
        status, body, kind = await self._run(scope, receive)
        if fault is Fault.CUT:
            await self._cut(send, status, body)
            return
        await self._answer(send, status, *self._spoiled(fault, body, kind))

    def _refusal(self, scope: _Message, fault: Fault | None) -> tuple[int, bytes, str] | None:
        simulator = self._simulator
        status = _STATUS.get(fault) if fault else None
        if fault is Fault.CLOCK_SKEW:
            status = 401
        if fault is Fault.EXPIRED_TOKENS:
            simulator.tokens.clear()
        if status is None and simulator.over_limit():
            status = 429
        if status is None and simulator.bearer and scope["path"] != simulator.token_path:
            given = dict(scope["headers"]).get(b"authorization", b"").decode()
            if not simulator.is_valid(given.removeprefix("Bearer ")):
                status = 401
        return None if status is None else (status, json.dumps({"error": status}).encode(), "application/json")

    async def _run(self, scope: _Message, receive: Any) -> tuple[int, bytes, str]:
        found: dict[str, Any] = {"body": b"", "type": "application/json"}

        async def collect(message: _Message) -> None:
            if message["type"] == "http.response.start":
                found["status"] = message["status"]
                found["type"] = dict(message["headers"]).get(b"content-type", b"application/json").decode()
            else:
                found["body"] += message.get("body", b"")

        await self._inner(scope, receive, collect)
        return found["status"], found["body"], found["type"]

    def _spoiled(self, fault: Fault | None, body: bytes, kind: str) -> tuple[bytes, str]:
        if fault in _INSTEAD:
            return _INSTEAD[fault]
        if fault is Fault.WRONG_CODES:
            if "xml" in kind:
                names = "|".join(self._simulator.coded).encode()
                return re.sub(rb"<(" + names + rb")>[^<]*<", rb"<\1>ZZ<", body), kind
            try:
                return json.dumps(_spoil(json.loads(body), self._simulator.coded)).encode(), kind
            except ValueError:
                return body, kind
        return body, kind

    async def _answer(self, send: _Send, status: int, body: bytes, kind: str, *, skewed: bool = False) -> None:
        simulator = self._simulator
        moment = simulator.clock() + simulator.ahead + (timedelta(minutes=20) if skewed else timedelta())
        headers = {"content-type": kind, "content-length": str(len(body)), "date": format_datetime(moment, usegmt=True)}
        if status == 429:
            headers["retry-after"] = "7"
        await self._start(send, status, headers)
        await send({"type": "http.response.body", "body": body})

    async def _cut(self, send: _Send, status: int, body: bytes) -> None:
        """Promises more than it sends; the server then closes the line."""
        await self._start(send, status, {"content-length": str(len(body) + 100), "connection": "close"})
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": False})

    @staticmethod
    async def _start(send: _Send, status: int, headers: Mapping[str, str]) -> None:
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": raw})


def _spoil(value: Any, names: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {
            k: "ZZ" if k in names and not isinstance(v, dict | list) else _spoil(v, names) for k, v in value.items()
        }
    if isinstance(value, list):
        return [_spoil(item, names) for item in value]
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.dumps(_spoil(json.loads(value), names))
        except ValueError:
            return value
    return value
