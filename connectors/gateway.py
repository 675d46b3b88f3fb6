"""Calls through the province's gateway: tokens, pace, limits on what comes back, and every fault as one of ours.

Nothing of a message or an answer is logged: a path, a status, a duration.
"""

from __future__ import annotations

import logging
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from connectors.endpoint import Endpoint, TokenStyle
from connectors.tokens import Token, Tokens
from pipeline.errors import (
    AccessRefused,
    AnswerLost,
    AnswerNotUnderstood,
    CertificateRefused,
    ClockWrong,
    CredentialsRefused,
    NotConfigured,
    RateLimited,
    SystemUnavailable,
)
from pipeline.interconnection import bodies

log = logging.getLogger(__name__)
# They write whole addresses, and queries hold tax codes and personal numbers.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)

MAX_BYTES = 64 * 1024**2
"""A longer answer is not taken."""
SKEW_SECONDS = 300.0
"""Clocks that differ by more make a refused login the clock's fault."""
_PAUSE = 60.0
_LONGEST_PAUSE = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A successful answer. `reference` is the correlation id that the gateway gave, else ours."""

    body: bytes = field(repr=False)
    reference: str
    skew: float | None

    def json(self) -> Any:
        """The parsed body, out of the province's envelope where it is in one. Raises AnswerNotUnderstood."""
        return out_of_envelope(bodies.parse_json(self.body))


def out_of_envelope(value: Any) -> Any:
    """What lies in `{code, status, correlationId, response}`, else the value."""
    if isinstance(value, Mapping) and "response" in value and "correlationId" in value:
        return bodies.unwrap(value["response"])
    return value


class Gateway:
    """One endpoint's HTTP client, safe to use from several threads."""

    def __init__(self, endpoint: Endpoint, clock: Callable[[], datetime]) -> None:
        """Opens nothing yet. Raises NotConfigured, CertificateRefused for an authority's file that is none."""
        endpoint.require("base_url", "agency")
        self.endpoint = endpoint
        self._clock = clock
        self._pace = _Pace(endpoint.per_minute)
        try:
            verify: ssl.SSLContext | bool = (
                ssl.create_default_context(cafile=str(endpoint.authority)) if endpoint.authority else True
            )
            self._client = httpx.Client(
                base_url=endpoint.base_url,
                verify=verify,
                timeout=httpx.Timeout(endpoint.seconds, connect=min(10.0, endpoint.seconds)),
                limits=httpx.Limits(max_connections=endpoint.parallel + 1),
                trust_env=False,
                headers={"User-Agent": "sohoa"},
            )
        except httpx.InvalidURL:
            raise NotConfigured(f"{endpoint.system}: base_url is no address.") from None
        except (OSError, ssl.SSLError) as error:
            raise CertificateRefused(f"{endpoint.authority}: {type(error).__name__}.") from None
        self.tokens = Tokens(endpoint, self._login, clock)

    def close(self) -> None:
        self._client.close()

    def path(self, operation: str, default: str) -> str:
        return self.endpoint.paths.get(operation, default)

    def post(self, path: str, content: Mapping[str, Any], *, id: str, files: bool = False) -> Reply:
        """JSON to a path, the session in it where the style asks for one."""
        return self._with_token(
            lambda token: {"method": "POST", "url": path, "json": {**token.body, **content}}, id=id, files=files
        )

    def put(self, path: str, content: Mapping[str, Any], *, id: str) -> Reply:
        return self._with_token(lambda token: {"method": "PUT", "url": path, "json": {**token.body, **content}}, id=id)

    def get(self, path: str, query: Mapping[str, str], *, id: str) -> Reply:
        return self._with_token(lambda _: {"method": "GET", "url": path, "params": dict(query)}, id=id)

    def post_xml(self, path: str, body: bytes, headers: Mapping[str, str], *, id: str) -> Reply:
        more = {"Content-Type": "application/xml", "SOAPAction": '""', **headers}
        return self._with_token(lambda _: {"method": "POST", "url": path, "content": body, "headers": more}, id=id)

    def _login(
        self,
        path: str,
        *,
        form: Mapping[str, str] | None = None,
        json: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        request = {"method": "POST", "url": path, "headers": dict(headers or {})}
        request |= {"data": dict(form)} if form is not None else {"json": dict(json or {})}
        return self._send(request, id="login", seconds=self.endpoint.seconds).json()

    def _with_token(self, make: Callable[[Token], dict[str, Any]], *, id: str, files: bool = False) -> Reply:
        """Sends with a token; where that is refused, once more with a new one."""
        seconds = self.endpoint.seconds * (3 if files else 1)
        token = self.tokens.current()
        try:
            return self._send(_authorized(make(token), token), id=id, seconds=seconds)
        except CredentialsRefused:
            if self.endpoint.token is TokenStyle.NONE:
                raise
            self.tokens.drop(token)
            token = self.tokens.current()
            return self._send(_authorized(make(token), token), id=id, seconds=seconds)

    def _send(self, request: dict[str, Any], *, id: str, seconds: float) -> Reply:
        self._pace.wait()
        headers = {**request.pop("headers", {}), "X-Correlation-Id": id}
        where = f"{self.endpoint.system} {request['url']}"
        timeout = httpx.Timeout(seconds, connect=min(10.0, seconds))
        began = time.monotonic()
        try:
            with self._client.stream(**request, headers=headers, timeout=timeout) as response:
                body = _limited(response, where, began + 2 * seconds)
        except httpx.HTTPError as error:
            raise _translated(error, where) from None
        except httpx.InvalidURL:
            raise NotConfigured(f"{where} is no address.") from None
        log.info("%s: %s in %.2f s", where, response.status_code, time.monotonic() - began)
        skew = _skew(response, self._clock())
        _require_success(response, body, where, skew)
        reference = response.headers.get("X-Correlation-Id", id)
        return Reply(body=body, reference=reference[:100], skew=skew)


def _authorized(request: dict[str, Any], token: Token) -> dict[str, Any]:
    return {**request, "headers": {**token.headers, **request.get("headers", {})}}


def _limited(response: httpx.Response, where: str, deadline: float) -> bytes:
    """The body, as long as it is neither too long nor dripping."""
    found = bytearray()
    for piece in response.iter_bytes():
        found += piece
        if len(found) > MAX_BYTES:
            raise AnswerNotUnderstood(f"{where} sent more than {MAX_BYTES // 1024**2} MB.")
        if time.monotonic() > deadline:
            raise AnswerLost(f"{where} sends too slowly.")
    return bytes(found)


def _translated(error: httpx.HTTPError, where: str) -> Exception:
    """What the fault means: whether the message may have arrived."""
    if isinstance(error, httpx.UnsupportedProtocol):
        return NotConfigured(f"{where}: the address needs https:// or http://.")
    if _has(error, ssl.SSLCertVerificationError):
        return CertificateRefused(f"{where}.")
    if isinstance(error, httpx.ConnectError) and _has(error, ssl.SSLError):
        return SystemUnavailable(f"{where}: it does not speak TLS; is the address http:// or another port?")
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        return SystemUnavailable(f"{where} ({type(error).__name__}).")
    if isinstance(error, httpx.DecodingError | httpx.TooManyRedirects):
        return AnswerNotUnderstood(f"{where} ({type(error).__name__}).")
    return AnswerLost(f"{where} ({type(error).__name__}).")


def _has(error: BaseException | None, cause: type[Exception]) -> bool:
    """Whether an error has come of this one."""
    while error is not None:
        if isinstance(error, cause):
            return True
        error = error.__cause__ or error.__context__
    return False


def _skew(response: httpx.Response, now: datetime) -> float | None:
    try:
        return (parsedate_to_datetime(response.headers["Date"]).astimezone(UTC) - now).total_seconds()
    except (KeyError, ValueError, TypeError):
        return None


def _require_success(response: httpx.Response, body: bytes, where: str, skew: float | None) -> None:
    status = response.status_code
    if response.is_success:
        return
    if status in (401, 403) and skew is not None and abs(skew) > SKEW_SECONDS:
        raise ClockWrong(f"{where} is {skew:+.0f} s from ours.")
    if status == 401:
        raise CredentialsRefused(f"{where} (401).")
    if status == 403:
        raise AccessRefused(f"{where} (403).")
    if status == 429:
        raise RateLimited(f"{where}.", retry_after=_retry_after(response))
    if status >= 500 or status == 408:
        raise SystemUnavailable(f"{where} ({status}).")
    raise AnswerNotUnderstood(f"{where} ({status}, {bodies.kind_of(body)}).")


def _retry_after(response: httpx.Response) -> float:
    try:
        return min(_LONGEST_PAUSE, max(1.0, float(response.headers["Retry-After"])))
    except (KeyError, ValueError):
        return _PAUSE


class _Pace:
    """No more calls a minute than agreed, spread evenly; a short burst is let through."""

    BURST = 10

    def __init__(self, per_minute: int) -> None:
        self._interval = 60.0 / per_minute
        self._lock = threading.Lock()
        self._next = 0.0

    def wait(self) -> None:
        with self._lock:
            now = time.monotonic()
            self._next = max(self._next, now - self.BURST * self._interval) + self._interval
            pause = self._next - now
        if pause > 0:
            time.sleep(pause)
