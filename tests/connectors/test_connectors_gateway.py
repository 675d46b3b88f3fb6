"""Tokens in their styles, certificates, envelopes, and what a gateway may send."""

from __future__ import annotations

import base64
import ipaddress
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from connectors.endpoint import TokenStyle
from connectors.gateway import Gateway
from connectors.simulators.base import Simulator
from connectors.simulators.others import household
from connectors.simulators.serve import running
from pipeline.errors import (
    AnswerNotUnderstood,
    CertificateRefused,
    CredentialsRefused,
    NotConfigured,
    SystemUnavailable,
)
from pipeline.model import System
from tests.connectors.connectors_kit import Clock, endpoint

Handler = Callable[[Request], Any]


def echoing(clock: Clock, **more: Any) -> Simulator:
    """A system that answers with the headers and the body it got."""

    async def echo(request: Request) -> Response:
        return JSONResponse({"headers": dict(request.headers), "body": await request.json()})

    made = Simulator(system=System.CIVIL, clock=clock, **more)
    made.handlers["/echo"] = ("POST", echo)
    return made


def exchange(simulator: Simulator, clock: Clock, **more: Any) -> dict[str, Any]:
    with running(simulator) as url:
        gateway = Gateway(endpoint(System.CIVIL, url, **more), clock)
        answer: dict[str, Any] = gateway.post("/echo", {"hỏi": 1}, id="0042").json()
        gateway.close()
    return answer


def test_a_gateway_of_the_oauth_style_gets_a_bearer_token_and_our_id() -> None:
    clock = Clock()
    got = exchange(echoing(clock), clock)
    assert got["headers"]["authorization"].startswith("Bearer ")
    assert got["headers"]["x-correlation-id"] == "0042"
    assert got["body"] == {"hỏi": 1}


def test_a_gateway_of_the_lgsp_style_gets_its_header_on_every_call() -> None:
    clock = Clock()
    got = exchange(echoing(clock), clock, token=TokenStyle.LGSP, app_name="SOHOA", partner="H18", partner_own="H18.25")
    assert json.loads(base64.b64decode(got["headers"]["lgspaccesstoken"])) == {
        "AccessKey": "sohoa",
        "SecretKey": "mo-phong",
        "AppName": "SOHOA",
        "PartnerCode": "H18",
        "PartnerCodeCus": "H18.25",
    }


@pytest.mark.parametrize("style", [TokenStyle.PORTAL, TokenStyle.LOGIN])
def test_other_styles_find_the_token_where_they_put_it(style: TokenStyle) -> None:
    clock = Clock()

    def answer(token: str, seconds: int) -> dict[str, Any]:
        if style is TokenStyle.PORTAL:
            return {"code": 200, "message": "OK", "data": {"access_token": token, "expires_in": seconds}}
        return {"token": token, "refreshToken": "x"}

    got = exchange(echoing(clock, token_answer=answer), clock, token=style)
    assert got["headers"]["authorization"].startswith("Bearer ")


@pytest.mark.parametrize(
    "answer", [{}, {"access_token": 5}, {"access_token": "x", "expires_in": "bald"}, [], "x", None]
)
def test_a_login_without_a_token_is_not_understood(answer: Any) -> None:
    clock = Clock()
    with pytest.raises(AnswerNotUnderstood):
        exchange(echoing(clock, token_answer=lambda *_: answer), clock)


def test_a_key_that_is_refused_twice_is_refused() -> None:
    clock = Clock()
    with pytest.raises(CredentialsRefused):
        exchange(echoing(clock, token_seconds=0), clock)


def test_what_is_missing_in_the_settings_is_named() -> None:
    clock = Clock()
    with pytest.raises(NotConfigured, match="lacks secret"):
        exchange(echoing(clock), clock, secret="")
    with pytest.raises(NotConfigured, match="lacks base_url"):
        Gateway(endpoint(System.CIVIL, ""), clock)
    with pytest.raises(NotConfigured, match="needs https"):
        Gateway(endpoint(System.CIVIL, "example.vn/lgsp"), clock).post("/x", {}, id="1")


def test_the_provinces_envelope_is_taken_off() -> None:
    clock = Clock()

    async def wrapped(_: Request) -> Response:
        return JSONResponse({"code": 200, "status": "OK", "correlationId": "abc", "response": '{"error_code": "0"}'})

    simulator = echoing(clock)
    simulator.handlers["/echo"] = ("POST", wrapped)
    assert exchange(simulator, clock) == {"error_code": "0"}


def test_no_address_with_a_persons_number_gets_into_a_log(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    simulator = household(clock)
    with running(simulator) as url, caplog.at_level("DEBUG"):
        gateway = Gateway(endpoint(System.HOUSEHOLD, url), clock)
        gateway.get("/chiTietHoKinhDoanh", {"mst": "011085000001"}, id="1")
        gateway.close()
    assert "household /chiTietHoKinhDoanh: 200" in caplog.text
    assert "011085000001" not in caplog.text


def certificate(folder: Path, *, ends: timedelta) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 that signs itself and ends so long from now, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    moment = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - timedelta(days=30))
        .not_valid_after(moment + ends)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .sign(key, hashes.SHA256())
    )
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return files


@pytest.mark.parametrize(("days", "trusted", "works"), [(30, True, True), (-1, True, False), (30, False, False)])
def test_a_certificate_counts_while_it_is_valid_and_trusted(
    tmp_path: Path, days: int, trusted: bool, works: bool
) -> None:
    clock = Clock()
    files = certificate(tmp_path, ends=timedelta(days=days))
    simulator = echoing(clock)
    with running(simulator, tls=files) as url:
        gateway = Gateway(endpoint(System.CIVIL, url, authority=files[0] if trusted else None), clock)
        if works:
            assert gateway.post("/echo", {"a": 1}, id="1").json()["body"] == {"a": 1}
        else:
            with pytest.raises(CertificateRefused):
                gateway.post("/echo", {"a": 1}, id="1")
            assert sum(simulator.calls.values()) == 0
        gateway.close()


def test_an_address_that_speaks_no_tls_is_told_as_such() -> None:
    clock = Clock()
    with running(echoing(clock)) as url:
        gateway = Gateway(endpoint(System.CIVIL, url.replace("http:", "https:")), clock)
        with pytest.raises(SystemUnavailable, match="does not speak TLS"):
            gateway.post("/echo", {"a": 1}, id="1")
        gateway.close()


def test_a_file_that_holds_no_certificate_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("không phải")
    with pytest.raises(CertificateRefused):
        Gateway(endpoint(System.CIVIL, "https://127.0.0.1", authority=tmp_path / "ca.pem"), Clock())
