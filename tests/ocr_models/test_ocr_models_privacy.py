"""Reading tells nobody anything."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

READ = """
import os
from ocr_models.profiles import make_reader
make_reader("fast").close()
links = ("/proc/self/fd/" + fd for fd in os.listdir("/proc/self/fd"))
print(*(os.readlink(link) for link in links if os.path.exists(link)))
"""


def test_no_runtime_keeps_or_sends_telemetry(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    done = subprocess.run(
        [sys.executable, "-c", READ],
        env=environment | {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "onnxruntime.db" not in done.stdout
    assert not list(tmp_path.rglob("*onnxruntime*"))
