"""How an alert reaches somebody: an event in Prefect, a webhook, an e-mail, whichever are there and configured.

The event goes over Prefect's plain HTTP interface, so that the watcher needs nothing of Prefect to send it. An
automation can react to the events `sohoa.alert.raised` and `sohoa.alert.over` of the resources `sohoa.alert.*`.
"""

from __future__ import annotations

import logging
import smtplib
import ssl
import uuid
from collections.abc import Callable
from email.message import EmailMessage

import httpx

from flows.settings import Settings
from pipeline.clock import now

log = logging.getLogger(__name__)

SECONDS = 10.0
"""How long a server may take to answer."""


def tell(settings: Settings, code: str, about: str, text: str, *, over: bool) -> bool:
    """Tells it everywhere. True unless a configured webhook or mail server failed: then it has to be told again.

    That Prefect is away is no reason to tell anything again, since nobody has asked for its events.
    """
    _try("event", lambda: _event(settings, code, about, text, over=over))
    told = True
    if settings.alert_webhook is not None:
        told &= _try("webhook", lambda: _webhook(settings, code, about, text, over=over))
    if settings.alert_mail_to:
        told &= _try("mail", lambda: _mail(settings, code, about, text, over=over))
    return told


def _try(way: str, send: Callable[[], None]) -> bool:
    try:
        send()
    except (httpx.HTTPError, httpx.InvalidURL, smtplib.SMTPException, OSError) as error:
        log.warning("alert not sent by %s: %s", way, type(error).__name__)  # the error may hold the address's token
        return False
    return True


def _event(settings: Settings, code: str, about: str, text: str, *, over: bool) -> None:
    event = {
        "id": str(uuid.uuid4()),
        "occurred": now().isoformat(),
        "event": "sohoa.alert.over" if over else "sohoa.alert.raised",
        "resource": {"prefect.resource.id": f"sohoa.alert.{code}.{about}", "prefect.resource.name": f"{code} {about}"},
        "payload": {"code": code, "about": about, "text": text},
    }
    httpx.post(f"{settings.prefect_url}/events", json=[event], timeout=SECONDS).raise_for_status()


def _webhook(settings: Settings, code: str, about: str, text: str, *, over: bool) -> None:
    assert settings.alert_webhook is not None
    content = {"code": code, "about": about, "text": text, "over": over, "at": now().isoformat()}
    httpx.post(settings.alert_webhook.get_secret_value(), json=content, timeout=SECONDS).raise_for_status()


def _mail(settings: Settings, code: str, about: str, text: str, *, over: bool) -> None:
    message = EmailMessage()
    message["Subject"] = f"sohoa: {code} {about}{' is over' if over else ''}"
    message["From"], message["To"] = settings.alert_mail_from, settings.alert_mail_to
    message.set_content(f"{text}\n\n`sohoa status` says more.\n")
    with _mail_server(settings) as server:
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        server.send_message(message)


def _mail_server(settings: Settings) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if settings.smtp_security == "tls":
        return smtplib.SMTP_SSL(settings.smtp_host, settings.smtp_port, timeout=SECONDS, context=context)
    server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=SECONDS)
    if settings.smtp_security == "starttls":
        server.starttls(context=context)
    return server
