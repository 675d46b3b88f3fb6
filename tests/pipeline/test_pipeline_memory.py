"""What the allocator is told to do, seen in what the system says of a process's memory."""

from __future__ import annotations

import subprocess
import sys

import pytest

_PROGRAM = """
import re
from pathlib import Path
from pipeline import memory

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

def is_advised(address):
    inside = False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        if ends := re.match(r"([0-9a-f]+)-([0-9a-f]+) ", line):
            inside = int(ends[1], 16) <= address < int(ends[2], 16)
        elif inside and line.startswith("VmFlags:"):
            return "hg" in line.split()

memory.{how}()
before = resident()
picture = b"x" * 24_000_000
advised = is_advised(id(picture) + 12_000_000)
del picture
{then}
print("large pieces" if advised else "pages", "kept" if resident() - before > 20_000_000 else "given back")
"""


@pytest.mark.parametrize(
    ("how", "then", "expected"),
    [
        ("in_large_pieces", "pass", "large pieces kept"),
        ("in_large_pieces", "memory.let_go()", "large pieces given back"),
        ("keep_for_the_next", "pass", "pages kept"),
        ("give_back", "pass", "pages given back"),
    ],
)
def test_memory_of_a_picture_is_asked_for_and_kept_as_the_process_has_use_for_it(
    how: str, then: str, expected: str
) -> None:
    program = _PROGRAM.replace("{how}", how).replace("{then}", then)
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == expected


_PAGES = """
from pathlib import Path
from pipeline import memory

def own():
    _, resident, of_files, *_ = map(int, Path("/proc/self/statm").read_text().split())
    return (resident - of_files) * 4096

memory.keep_for_the_next()
growth = memory.Growth()
before = own()
pieces = [b"x" * 1_000_000 for _ in range({megabytes})]
last = pieces.pop()  # what lives longer stands behind them
del pieces
growth.limit()
print("kept" if own() - before > {megabytes} * 900_000 else "given back")
"""


@pytest.mark.parametrize(("megabytes", "expected"), [(100, "kept"), (300, "given back")])
def test_a_reader_keeps_what_a_page_needs_and_gives_back_what_it_left_beyond(megabytes: int, expected: str) -> None:
    program = _PAGES.replace("{megabytes}", str(megabytes))
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == expected
