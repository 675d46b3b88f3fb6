"""What Prometheus asks for, and whether this installation can work: counts from the catalogue, the time that the
database and the store take to answer, and the faults that the watcher waits for.

Everything is asked when Prometheus asks: nothing is counted in processes that come and go.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from flows import heartbeat
from flows.services import Services, open_services
from flows.settings import Settings
from pipeline import keys
from pipeline.clock import now
from pipeline.errors import ConfigurationError, SohoaError
from pipeline.model import DocumentState

_NO_ORIGINAL = keys.original("0" * 64)
"""A key that is never there: asking for it costs the store one look."""


class Collector:
    """Asks each time anew. A part that does not answer is `sohoa_up 0`; the others are told all the same."""

    def __init__(self, services: Services, clock: Callable[[], datetime] = now) -> None:
        self._services, self._clock = services, clock

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("sohoa_up", "1 where the part answers", labels=["part"])
        seconds = GaugeMetricFamily("sohoa_answer_seconds", "How long the part took to answer", labels=["part"])
        for part, asked in (("database", self._workload), ("store", self._store)):
            began = time.perf_counter()
            try:
                yield from list(asked())
                up.add_metric([part], 1)
            except SohoaError:
                up.add_metric([part], 0)
            seconds.add_metric([part], time.perf_counter() - began)
        yield from (up, seconds)
        yield from self._watcher()

    def _workload(self) -> Iterator[Metric]:
        activity = self._services.catalogue.activity
        load = activity.workload()
        documents = GaugeMetricFamily("sohoa_documents", "Documents by state", labels=["state"])
        pages = GaugeMetricFamily("sohoa_pages", "Pages of documents by their state", labels=["state"])
        for state in DocumentState:
            documents.add_metric([state.value], load.documents[state])
            pages.add_metric([state.value], load.pages[state])
        failed = GaugeMetricFamily("sohoa_failed_documents", "Documents put aside, by error", labels=["code"])
        for code, number in activity.failures().items():
            failed.add_metric([code], number)
        age = 0.0 if load.oldest is None else (self._clock() - load.oldest).total_seconds()
        yield from (documents, pages, failed)
        yield CounterMetricFamily("sohoa_receipts", "Receipts given", value=activity.receipts())
        yield GaugeMetricFamily("sohoa_queue_age_seconds", "How long the oldest scan of a clerk has waited", value=age)

    def _store(self) -> Iterable[Metric]:
        self._services.objects.stat(_NO_ORIGINAL)
        return ()

    def _watcher(self) -> Iterator[Metric]:
        """Of the watcher of this workspace, where it has one."""
        beat = heartbeat.read(self._services.settings)
        if beat is None:
            return
        silent = (self._clock() - beat.at).total_seconds()
        yield GaugeMetricFamily("sohoa_watcher_silent_seconds", "Since the watcher last looked", value=silent)
        yield GaugeMetricFamily("sohoa_inbox_files", "Files in the inbox that wait", value=beat.waiting)
        waits = GaugeMetricFamily("sohoa_waits", "1 for each fault that files wait for", labels=["code"])
        for code in beat.waits_for:
            waits.add_metric([code], 1)
        yield waits


def application(services: Services) -> Callable[[dict[str, Any], Callable[..., Any]], list[bytes]]:
    """The WSGI application: /metrics, /health (this process answers) and /ready (database and store do)."""
    collector, registry = Collector(services), CollectorRegistry()
    registry.register(collector)

    def respond(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        status, kind, body = "200 OK", "text/plain; charset=utf-8", b"ok\n"
        match environ["PATH_INFO"]:
            case "/metrics":
                kind, body = CONTENT_TYPE_LATEST, generate_latest(registry)
            case "/ready":
                try:
                    services.catalogue.check()
                    services.objects.stat(_NO_ORIGINAL)
                except SohoaError as error:
                    status, body = "503 Service Unavailable", f"{error.code}\n".encode()
            case "/health":
                pass
            case _:
                status, body = "404 Not Found", b"/metrics, /health, /ready\n"
        start(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
        return [body]

    return respond


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Prometheus asks every few seconds; nobody reads that."""


@contextlib.contextmanager
def server(settings: Settings, host: str, port: int) -> Iterator[WSGIServer]:
    """A server that listens; `serve_forever` lets it answer. Raises ConfigurationError where the port is taken."""
    with open_services(settings) as services:
        try:
            made = make_server(host, port, application(services), server_class=_Server, handler_class=_Quiet)
        except OSError as error:
            raise ConfigurationError(f"{host}:{port} cannot be listened on: {error.strerror}.") from error
        with made:
            yield made
