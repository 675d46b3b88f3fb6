"""The environment in which Prefect runs for one workspace: a home, a port and a database of its own, telemetry off.

Nothing of the user's own Prefect is read or written: every PREFECT_ variable of his is left out. This module does not
import Prefect; whoever does has to call `enter` before.
"""

from __future__ import annotations

import hashlib
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from flows.logs import PREFECT_CONFIGURATION
from flows.settings import Settings

WORK_POOL = "sohoa"
FRESH_QUEUE, BACKFILL_QUEUE, CONNECTIONS_QUEUE = "default", "backfill", "connections"
"""The work queues of the pool, each with a worker of its own on every host: what clerks wait for never stands behind
old scans."""
DIGITIZE = "digitize/sohoa"
"""The deployment that reads documents, as flow/deployment."""
PAGE = 200
"""Prefect's server gives no more workers or flow runs for one question."""
RUN_COMMAND = "python -m flows.start_run"
"""How a worker starts a flow run, on whichever host it is."""


def alive_every(ask_seconds: float) -> int:
    """Seconds between two words of a worker that it is alive; silent for three times as long it counts as gone."""
    return max(30, round(3 * ask_seconds))


def worker_name(settings: Settings, queue: str) -> str:
    """What this machine's worker for a queue is called on the Prefect page: queue, host, workspace and cores."""
    place = hashlib.sha256(str(settings.workspace).encode()).hexdigest()[:6]
    return f"{queue} {socket.gethostname()} {place} {settings.workers} cores"


def environment(settings: Settings, base: Mapping[str, str] | None = None) -> dict[str, str]:
    """`base` (by default the process's own environment) with Prefect and sohoa set for this workspace."""
    kept = {
        name: value for name, value in (os.environ if base is None else base).items() if not name.startswith("PREFECT_")
    }
    home = settings.prefect_home
    if settings.prefect_database_url is not None:
        database = settings.prefect_database_url.get_secret_value()
    else:
        database = f"sqlite+aiosqlite:///{home / 'prefect.db'}"
    return kept | {
        # RUN_COMMAND finds this interpreter first
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", os.defpath)]),
        "SOHOA_WORKSPACE": str(settings.workspace),
        "PREFECT_HOME": str(home),
        "PREFECT_PROFILES_PATH": str(home / "profiles.toml"),
        "PREFECT_API_URL": settings.prefect_url,
        "PREFECT_SERVER_API_HOST": settings.prefect_host,
        "PREFECT_SERVER_API_PORT": str(settings.prefect_port),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": database,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
        "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "DO_NOT_TRACK": "1",
        # Both spare the server a question for each client that is opened, of which a flow run opens several. Nobody
        # logs in there with a browser, so that there is no session that a strange page could ride on.
        "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "false",
        "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "false",
        "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
        "PREFECT_WORKER_QUERY_SECONDS": f"{settings.ask_seconds:g}",
        # Of hundreds of workers the word that each is alive would cost the server more than their questions.
        "PREFECT_WORKER_HEARTBEAT_SECONDS": str(alive_every(settings.ask_seconds)),
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_LOGGING_SETTINGS_PATH": str(PREFECT_CONFIGURATION),
        "PREFECT_LOGGING_HANDLERS_CONSOLE_FORMATTER": settings.log_format,
        # One reader per core: the flow runs are the parallelism.
        "OMP_THREAD_LIMIT": "1",
    }


def enter(settings: Settings) -> None:
    """Makes this process use the workspace's Prefect. Raises RuntimeError where Prefect is already imported with
    another home, since it reads its settings once."""
    wanted = environment(settings)
    if "prefect" in sys.modules and os.environ.get("PREFECT_HOME") != wanted["PREFECT_HOME"]:
        raise RuntimeError("Prefect was imported before its home was set")
    for name in [name for name in os.environ if name.startswith("PREFECT_") and name not in wanted]:
        del os.environ[name]
    os.environ.update(wanted)
