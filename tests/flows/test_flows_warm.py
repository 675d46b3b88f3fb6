"""A flow run forked from the warm process behaves as one started anew."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from flows.start_run import connect
from flows.warm import WarmProcess

START = [sys.executable, "-m", "flows.start_run"]
RUN = """
import os, sys, time
from pathlib import Path
from flows.warm import WarmProcess
WarmProcess(Path(sys.argv[1])).serve()
print("run", os.getpid(), os.getcwd(), os.environ["WHAT"], flush=True)
print("complaint", file=sys.stderr, flush=True)
what = os.environ["WHAT"]
if what == "wait":
    time.sleep(600)
sys.exit(int(what))
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / ("a workspace with a long name " * 4)  # longer than a socket's address may be
    (folder / "state").mkdir(parents=True)
    return folder


@pytest.fixture
def warm(workspace: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", RUN, workspace / "state"], cwd=Path(__file__).parents[2])
    wait_for((workspace / "state" / "warm.sock").exists)
    yield process
    process.kill()
    process.wait()


def wait_for(condition: object) -> None:
    assert callable(condition)
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def start(workspace: Path, what: str, folder: Path) -> subprocess.Popen[str]:
    root = Path(__file__).parents[2]
    environment = os.environ | {"SOHOA_WORKSPACE": str(workspace), "WHAT": what, "PYTHONPATH": str(root)}
    return subprocess.Popen(
        START, env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def child_of(run: subprocess.Popen[str]) -> psutil.Process:
    assert run.stdout is not None
    return psutil.Process(int(run.stdout.readline().split()[1]))


def test_it_has_the_environment_the_folder_the_output_and_the_status_of_its_own(
    workspace: Path, warm: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    first, second = start(workspace, "0", tmp_path), start(workspace, "3", tmp_path)
    out, err = second.communicate(timeout=60)
    assert out.split()[2:] == [str(tmp_path), "3"]
    assert err == "complaint\n"
    assert second.returncode == 3
    first.communicate(timeout=60)
    assert first.returncode == 0


def test_a_signal_to_the_one_ends_the_other(workspace: Path, warm: subprocess.Popen[bytes], tmp_path: Path) -> None:
    run = start(workspace, "wait", tmp_path)
    child = child_of(run)
    assert child.ppid() == warm.pid
    run.terminate()
    assert run.wait(60) == -signal.SIGTERM
    assert not child.is_running()


@pytest.mark.parametrize("whom", ["run", "warm"])
def test_who_is_killed_leaves_no_run_behind(
    workspace: Path, warm: subprocess.Popen[bytes], tmp_path: Path, whom: str
) -> None:
    run = start(workspace, "wait", tmp_path)
    child = child_of(run)
    (run if whom == "run" else warm).kill()
    assert run.wait(60) != 0
    wait_for(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


def test_a_run_that_crashes_is_seen_to(workspace: Path, warm: subprocess.Popen[bytes], tmp_path: Path) -> None:
    run = start(workspace, "wait", tmp_path)
    child_of(run).kill()
    assert run.wait(60) == -signal.SIGKILL


def test_where_no_run_can_be_forked_the_others_go_on_and_this_one_is_told_to_start_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_fork() -> int:
        raise OSError(errno.ENOMEM, "Cannot allocate memory")

    warm = WarmProcess(tmp_path)
    with connect(tmp_path) as line, (tmp_path / "out").open("w") as out:
        socket.send_fds(line, [b"{}"], [out.fileno(), out.fileno()])
        with monkeypatch.context() as patched:
            patched.setattr(os, "fork", no_fork)
            assert not warm._start()
        assert line.recv(1024) == b""


def test_without_a_warm_process_prefect_is_started_anew(workspace: Path, tmp_path: Path) -> None:
    run = start(workspace, "0", tmp_path)
    _, err = run.communicate(timeout=120)
    assert "Invalid flow run id" in err
    assert run.returncode == 1
