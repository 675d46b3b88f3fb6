"""A whole installation in a temporary folder, driven by its command line as an administrator would."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.servers.process import free_port

ROOT = Path(__file__).parent.parent.parent
SOHOA = [sys.executable, "-m", "sohoa"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    workspace: Path
    environment: Mapping[str, str]

    def run(self, *arguments: str, timeout: float = 300) -> str:
        """What the command prints; it must succeed."""
        done = self.attempt(*arguments, timeout=timeout)
        assert done.returncode == 0, f"sohoa {' '.join(arguments)}\n{done.stdout}{done.stderr}{self.logs()}"
        return done.stdout

    def attempt(self, *arguments: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*SOHOA, *arguments],
            env=self.environment,
            cwd=self.workspace,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
        )

    def json(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments))

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.workspace / "up.log").open("ab") as log:
            return subprocess.Popen(
                [*SOHOA, *arguments], env=self.environment, cwd=self.workspace, stdout=log, stderr=log
            )

    def logs(self) -> str:
        """The ends of all logs, for a failing test to show."""
        found = sorted(self.workspace.glob("**/*.log"))
        return "".join(f"\n--- {path.name}\n{path.read_text('utf-8', 'replace')[-3000:]}" for path in found)


def install(workspace: Path, **settings: str) -> Installation:
    """`settings` by name, without SOHOA_."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith(("SOHOA_", "PREFECT_"))}
    given = {f"SOHOA_{name.upper()}": value for name, value in settings.items()}
    environment = mine | {"SOHOA_WORKSPACE": str(workspace), "SOHOA_PREFECT_PORT": str(free_port())} | given
    installation = Installation(workspace=workspace, environment=environment)
    workspace.mkdir(parents=True, exist_ok=True)
    installation.run("init", str(workspace))
    return installation


def kill_all(process: subprocess.Popen[bytes]) -> None:
    """kill -9 of a process and everything that it started, as when a machine loses power."""
    family = [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]
    for member in family:
        try:
            member.send_signal(signal.SIGKILL)
        except psutil.NoSuchProcess:
            continue
    process.wait()
