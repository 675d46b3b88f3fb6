"""Runs a simulator as a server, in this thread or beside it."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import uvicorn

from connectors.simulators.base import Simulator
from pipeline.errors import ConfigurationError

START_SECONDS = 20


def serve(simulator: Simulator, host: str, port: int) -> None:
    """Answers until the process is told to end. Raises ConfigurationError where the port is taken."""
    with contextlib.closing(_listen(host, port)) as line:
        _server(simulator).run(sockets=[line])


def _listen(host: str, port: int) -> socket.socket:
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        line.bind((host, port))
    except OSError:
        line.close()
        raise ConfigurationError(f"{host}:{port} cannot be listened on; name another port.") from None
    return line


def _server(simulator: Simulator, tls: tuple[Path, Path] | None = None) -> uvicorn.Server:
    certificate, key = tls if tls else (None, None)
    return uvicorn.Server(
        uvicorn.Config(
            simulator.app(),
            log_level="critical",
            date_header=False,
            lifespan="off",
            ssl_certfile=certificate,
            ssl_keyfile=key,
        )
    )


@contextlib.contextmanager
def running(simulator: Simulator, *, tls: tuple[Path, Path] | None = None) -> Iterator[str]:
    """The simulator's address while it answers on a free port of this machine; `tls`: its certificate and key."""
    line = _listen("127.0.0.1", 0)
    port = line.getsockname()[1]
    server = _server(simulator, tls)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [line]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + START_SECONDS
    while not server.started:
        if time.monotonic() > deadline or not thread.is_alive():
            raise RuntimeError("the simulator did not start")
        time.sleep(0.01)
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join(START_SECONDS)
        line.close()
