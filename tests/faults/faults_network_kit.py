"""Hosts with networks of their own on this machine: network namespaces, joined by a bridge (Linux, root).

What is cut or slowed is the link of a host: neither its processes nor the servers are told.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.process import start

SLOW = "400kbit"
"""50 kB a second: a scan of 200 kB takes four seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A namespace, and the end of its link at the bridge, which has the same name."""

    name: str
    address: str

    def start(
        self, command: Sequence[str | Path], *, env: Mapping[str, str], log: Path, cwd: Path
    ) -> subprocess.Popen[bytes]:
        """Runs a command there, under the host's name."""
        named = ["unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', self.name]
        return start(["ip", "netns", "exec", self.name, *named, *command], log=log, env=env, cwd=cwd)

    def cut(self) -> None:
        """Nothing comes through any more, and nobody hears that it does not."""
        _ip("link", "set", self.name, "down")

    def slow(self) -> None:
        """Both ways."""
        for inside, link in ((), self.name), (("ip", "netns", "exec", self.name), "eth0"):
            _run(*inside, "tc", "qdisc", "replace", "dev", link, "root", "tbf", *_of(SLOW))

    def heal(self) -> None:
        _ip("link", "set", self.name, "up")
        for inside, link in ((), self.name), (("ip", "netns", "exec", self.name), "eth0"):
            _run(*inside, "tc", "qdisc", "delete", "dev", link, "root", check=False)


def _of(rate: str) -> Sequence[str]:
    return ("rate", rate, "burst", "16kb", "latency", "500ms")


@contextmanager
def network(number: int) -> Iterator[tuple[str, list[Host]]]:
    """`number` hosts, and the address at which they reach servers of this machine."""
    part = os.getpid() % 200 + 20  # two runs on one machine have networks of their own
    tag, net = f"so{part}", f"10.213.{part}"
    with ExitStack() as until:
        _ip("link", "add", tag, "type", "bridge")
        until.callback(_ip, "link", "delete", tag)
        _ip("address", "add", f"{net}.1/24", "dev", tag)
        _ip("link", "set", tag, "up")
        hosts = [until.enter_context(_host(tag, f"{net}.{at + 2}", f"{tag}h{at}")) for at in range(number)]
        yield f"{net}.1", hosts


@contextmanager
def _host(bridge: str, address: str, name: str) -> Iterator[Host]:
    _ip("netns", "add", name)
    try:
        _ip("link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name)
        _ip("link", "set", name, "master", bridge, "up")
        for command in (
            ("address", "add", f"{address}/24", "dev", "eth0"),
            ("link", "set", "eth0", "up"),
            ("link", "set", "lo", "up"),
        ):
            _ip("-n", name, *command)
        yield Host(name=name, address=address)
    finally:
        _ip("netns", "delete", name)  # its link goes with it


def _ip(*command: str) -> None:
    _run("ip", *command)


def _run(*command: str, check: bool = True) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if check and done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()} (this needs root)")
