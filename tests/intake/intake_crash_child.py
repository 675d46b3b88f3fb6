"""Takes an inbox again and again in child processes, each killed (kill -9) one step later than the one before.

    intake_crash_child.py FOLDER [FOLDER ON ANOTHER DEVICE]

A step is a change of the file system or a transaction of the catalogue. After each kill a new process goes on, and
what there is then is printed as a line of JSON; the last line is of a run that was not killed.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from pipeline.intake import moving
from storage.catalogue.receipts import Receipts
from tests.intake.intake_kit import make_office, open_office, scan, sha

_CHANGES = {"os.rename", "os.link", "os.symlink", "os.remove", "os.mkdir", "os.rmdir", "os.utime"}


class Killer:
    """Counts steps; before the step `last` it kills the process."""

    def __init__(self, last: int) -> None:
        self.last, self.steps = last, 0

    def tick(self) -> None:
        self.steps += 1
        if self.steps == self.last:
            os.kill(os.getpid(), signal.SIGKILL)

    def hear(self, event: str, args: tuple[object, ...]) -> None:
        writes = event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR)
        if event in _CHANGES or writes:
            self.tick()

    def install(self) -> None:
        """Counts what Python tells of, and around that what it does not: renameat2 and transactions."""
        sys.addaudithook(self.hear)
        moving.rename_new = self._stepwise(moving.rename_new)
        Receipts.record = self._stepwise(Receipts.record)  # type: ignore[method-assign]

    def _stepwise(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def stepwise(*args: object) -> object:
            self.tick()
            result = function(*args)
            self.tick()
            return result

        return stepwise


def in_child(work: Callable[[], None]) -> int:
    """Runs `work` in a fork of this process; 0, or the signal that killed it, negated."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            work()
            status = 0
        except BaseException:
            traceback.print_exc()
            raise
        finally:
            os._exit(status)  # not into what the parent does next
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def take_all(root: Path, killer: Killer | None = None) -> None:
    office = open_office(root)
    if killer is not None:
        killer.install()
    office.settle()
    office.catalogue.close()


def state(root: Path) -> dict[str, object]:
    office = open_office(root)
    receipts = office.catalogue.receipts.receipts()
    log = office.done.glob("*/bien-nhan-*.txt")
    found = {
        "inbox": office.files(office.inbox),
        "done": office.files(office.done),
        "rejected": office.files(office.rejected),
        "receipts": sorted((r.centre, r.name) for r in receipts),
        "objects": sorted(key.split("/")[0] for key in office.objects.keys("")),
        "whole": all(sha(office.objects.get(key)) == key[-64:] for key in office.objects.keys("originals/")),
        "lines": sum(len(path.read_text("utf-8-sig").splitlines()) - 1 for path in log),
        "waiting": len(office.catalogue.queue.waiting(office.now, 100)),
    }
    office.catalogue.close()
    return found


def main(root: Path, elsewhere: Path | None) -> None:
    template = root / "template"
    office = make_office(template)
    office.drop("a.pdf", scan("one"))
    office.drop("letter.txt", b"a letter")
    office.drop("thu/b.pdf", scan("one"), centre="H18.26")
    office.catalogue.close()
    for last in count(1):
        place = root / str(last)
        shutil.copytree(template, place)
        if elsewhere is not None:
            for name in ("done", "rejected"):
                (elsewhere / str(last) / name).mkdir(parents=True)
                (place / name).symlink_to(elsewhere / str(last) / name)
        ended = in_child(lambda place=place, last=last: take_all(place, Killer(last)))
        left = len(office.files(place / "inbox"))
        assert in_child(lambda place=place: take_all(place)) == 0
        print(json.dumps({"killed": ended == -signal.SIGKILL, "left": left, "state": state(place)}), flush=True)
        if ended == 0:
            return
        assert ended == -signal.SIGKILL


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
