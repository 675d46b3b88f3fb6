"""Where a system is and how we are known there: what the province's information department gives out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from pipeline.errors import NotConfigured
from pipeline.model import System


class TokenStyle(StrEnum):
    """How gateways let us in."""

    OAUTH = "oauth"
    """A form with client_credentials, then `Authorization: Bearer` (WSO2 gateways)."""
    LGSP = "lgsp"
    """The same, and a header `lgspaccesstoken` on every call (Ho Chi Minh City's gateway)."""
    SESSION = "session"
    """User and password, then a session in the body of every call (the portal's adapter)."""
    PORTAL = "portal"
    """client_id and client_secret as JSON, the token inside an envelope (the portal of 2026)."""
    LOGIN = "login"
    """userName and password as JSON, a token at the top (the joint procedures)."""
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One system as this installation reaches it. `paths` take the place of the connector's own, by operation;
    `options` are switches of a connector, named in docs/interconnection.md."""

    system: System
    base_url: str
    agency: str
    """Our own agency code (madonvi)."""
    token: TokenStyle = TokenStyle.OAUTH
    token_path: str = "/token"  # noqa: S105  a path
    key: str = ""
    secret: str = field(default="", repr=False)
    app_name: str = ""
    partner: str = ""
    partner_own: str = ""
    target: str = ""
    """The system's agency code (dstcode)."""
    officer: str = ""
    authority: Path | None = None
    """A file with the certificates that sign the server's."""
    seconds: float = 60.0
    """How long an answer may take; three times that where it carries files."""
    per_minute: int = 600
    parallel: int = 4
    paths: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    tables: Path | None = None
    """A folder of mapping tables that take the place of ours."""

    def require(self, *names: str) -> None:
        """Raises NotConfigured where one of these is empty."""
        missing = [name for name in names if not getattr(self, name)]
        if missing:
            raise NotConfigured(f"{self.system} lacks {', '.join(missing)}.")

    def option(self, name: str, default: str) -> str:
        return self.options.get(name, default)
