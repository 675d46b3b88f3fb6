"""Runs a command, waits for everything that it started, and says what all of it cost.

    python -S benchmarks/reaper.py RESULT COMMAND...

What a command leaves behind when it ends (a fork server, a daemon's child) comes to this process, a subreaper
(prctl(2)), so that no CPU-second goes uncounted. RESULT gets the wall time until the command itself ended, the
CPU-seconds of all of it, and the command's exit status.
"""

import ctypes
import json
import os
import resource
import subprocess
import sys
import time

_PR_SET_CHILD_SUBREAPER = 36


def main() -> None:
    result, *command = sys.argv[1:]
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    began = time.monotonic()
    status = subprocess.run(command, check=False).returncode  # noqa: S603  what the benchmark was asked to weigh
    wall = time.monotonic() - began
    try:
        while True:
            os.wait()
    except ChildProcessError:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
    with open(result, "w", encoding="utf-8") as file:  # noqa: PTH123  pathlib would be another import to weigh
        json.dump({"wall": wall, "cpu": used.ru_utime + used.ru_stime, "status": status}, file)


if __name__ == "__main__":
    main()
