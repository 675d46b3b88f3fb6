"""Tokens in their styles: got when needed, kept until shortly before they expire, got anew when they are refused."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from connectors.endpoint import Endpoint, TokenStyle
from pipeline.errors import AnswerNotUnderstood, CredentialsRefused

_EARLY = timedelta(seconds=30)
"""A token is renewed so long before it ends."""
_SESSION_MINUTES = 20
"""How long a session of the old adapter is used; it names no end."""

Post = Callable[..., Any]
"""Posts to a path and returns the parsed body: (path, form=…, json=…, headers=…)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What goes into the headers and the body of each call until `until`."""

    until: datetime
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Mapping[str, str] = field(default_factory=dict, repr=False)


class Tokens:
    """The token of one endpoint, shared by its threads."""

    def __init__(self, endpoint: Endpoint, post: Post, clock: Callable[[], datetime]) -> None:
        self._endpoint, self._post, self._clock = endpoint, post, clock
        self._lock = threading.Lock()
        self._token: Token | None = None

    def current(self) -> Token:
        """Raises CredentialsRefused, and what a call raises."""
        with self._lock:
            if self._token is None or self._clock() >= self._token.until - _EARLY:
                self._token = self._fetch()
            return self._token

    def drop(self, refused: Token | None = None) -> None:
        """Forgets the token; with `refused` only if it is still that one: another thread may have a new one already."""
        with self._lock:
            if refused is None or self._token is refused:
                self._token = None

    def _fetch(self) -> Token:
        endpoint = self._endpoint
        endpoint.require(*(() if endpoint.token is TokenStyle.NONE else ("key", "secret")))
        match endpoint.token:
            case TokenStyle.OAUTH:
                return self._oauth({})
            case TokenStyle.LGSP:
                return self._oauth({"lgspaccesstoken": lgsp_header(endpoint)})
            case TokenStyle.SESSION:
                return self._session()
            case TokenStyle.PORTAL:
                given = {"client_id": endpoint.key, "client_secret": endpoint.secret}
                answer = self._post(endpoint.token_path, json=given)
                return self._bearer(answer.get("data") if isinstance(answer, dict) else None, "access_token", {})
            case TokenStyle.LOGIN:
                given = {"userName": endpoint.key, "password": endpoint.secret}
                return self._bearer(self._post(endpoint.token_path, json=given), "token", {})
            case TokenStyle.NONE:
                return Token(until=self._clock() + timedelta(days=1))

    def _oauth(self, more: Mapping[str, str]) -> Token:
        basic = base64.b64encode(f"{self._endpoint.key}:{self._endpoint.secret}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}", **more}
        answer = self._post(self._endpoint.token_path, form={"grant_type": "client_credentials"}, headers=headers)
        return self._bearer(answer, "access_token", more)

    def _bearer(self, answer: object, name: str, more: Mapping[str, str]) -> Token:
        token = answer.get(name) if isinstance(answer, dict) else None
        if not isinstance(token, str) or not token or not isinstance(answer, dict):
            raise AnswerNotUnderstood(f"the answer to the login has no {name}.")
        try:
            seconds = float(answer.get("expires_in") or 3600)
        except (TypeError, ValueError):
            raise AnswerNotUnderstood("expires_in of the login is no number.") from None
        until = self._clock() + timedelta(seconds=seconds)
        return Token(until=until, headers={"Authorization": f"Bearer {token}", **more})

    def _session(self) -> Token:
        endpoint = self._endpoint
        given = {"username": endpoint.key, "password": endpoint.secret}
        answer = self._post(endpoint.token_path, json=given, headers={"dstcode": endpoint.target})
        if not isinstance(answer, dict) or "error_code" not in answer:
            raise AnswerNotUnderstood("the answer to the login has no error_code.")
        session = answer.get("session")
        if str(answer["error_code"]) not in ("0", "00") or not isinstance(session, str) or not session:
            raise CredentialsRefused(f"{endpoint.system}: error_code {str(answer['error_code'])[:20]} at the login.")
        until = self._clock() + timedelta(minutes=_SESSION_MINUTES)
        return Token(until=until, headers={"dstcode": endpoint.target}, body={"session": session})


def lgsp_header(endpoint: Endpoint) -> str:
    """base64 of the JSON that names the application and its partners."""
    content = {
        "AccessKey": endpoint.key,
        "SecretKey": endpoint.secret,
        "AppName": endpoint.app_name,
        "PartnerCode": endpoint.partner,
        "PartnerCodeCus": endpoint.partner_own,
    }
    return base64.b64encode(json.dumps(content).encode()).decode()
