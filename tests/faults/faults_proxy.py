"""A proxy on loopback in front of a server, which can be told to hang, to be slow, to refuse, to cut lines."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum


class Mode(StrEnum):
    PASS = "pass"
    HANG = "hang"
    SLOW = "slow"
    BUSY = "busy"
    CUT = "cut"


BUSY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 9\r\nConnection: close\r\n\r\nslow down"


class Proxy:
    """`mode` holds for what goes through from now on."""

    def __init__(self, port: int) -> None:
        self.mode = Mode.PASS
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self._lines: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def endpoint(self) -> str:
        return f"127.0.0.1:{self.port}"

    def close(self) -> None:
        for line in [self._listener, *self._lines]:
            with contextlib.suppress(OSError):
                line.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._lines.add(client)
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            if self.mode is Mode.BUSY:
                client.recv(65536)
                client.sendall(BUSY)
                return
            with socket.create_connection(("127.0.0.1", self._target), 5) as server:
                self._lines.add(server)
                back = threading.Thread(target=self._pump, args=(server, client), daemon=True)
                back.start()
                self._pump(client, server)
                back.join()

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(4096):
                while self.mode is Mode.HANG:
                    time.sleep(0.05)
                if self.mode is Mode.SLOW:
                    time.sleep(0.2)
                if self.mode is Mode.CUT:
                    target.sendall(data[: len(data) // 2])
                    break
                target.sendall(data)
        for line in (source, target):
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


@contextmanager
def in_front_of(port: int) -> Iterator[Proxy]:
    proxy = Proxy(port)
    try:
        yield proxy
    finally:
        proxy.close()
