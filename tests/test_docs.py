"""The documentation tells the truth: its settings exist, its examples run and print what they say."""

import doctest
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from flows.settings import Settings
from pipeline import errors
from tests.servers.process import free_port

ROOT = Path(__file__).parent.parent
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
EXAMPLE = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)


def test_operations_lists_every_setting_and_no_other() -> None:
    text = (ROOT / "docs" / "operations.md").read_text("utf-8")
    table = text.split("## Settings")[1].split("## ")[0]
    named = {
        name
        for row in table.splitlines()
        if row.startswith("| `")
        for name in re.findall(r"`(\w+)`", row.split("|")[1])
    }
    assert named == set(Settings.model_fields)


def test_the_codes_in_operations_exist() -> None:
    text = (ROOT / "docs" / "operations.md").read_text("utf-8")
    table = text.split("## When something is wrong")[1].split("## ")[0]
    named = [
        code
        for row in table.splitlines()
        if row.startswith("| `")
        for code in re.findall(r"`([\w-]+)`", row.split("|")[1])
    ]
    assert named
    assert set(named) <= {cls.code for cls in errors.all_errors()}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text("utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def steps(page: Path) -> list[tuple[str, str]]:
    """The commands of a page's console examples, each with what it should print."""
    found: list[tuple[str, str]] = []
    for example in EXAMPLE.findall(page.read_text("utf-8")):
        for step in re.split(r"^\$ ", example, flags=re.MULTILINE)[1:]:
            command, _, output = step.partition("\n")
            found.append((command, output))
    return found


@pytest.mark.parametrize("page", [p for p in PAGES if steps(p)], ids=lambda page: str(page.relative_to(ROOT)))
def test_examples_run_in_order_and_print_what_they_say(page: Path, tmp_path: Path) -> None:
    (tmp_path / "sample_scans").symlink_to(ROOT / "sample_scans")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SOHOA_", "PREFECT_"))}
    environment |= {
        "PATH": f"{Path(sys.executable).parent}:{environment['PATH']}",
        "COLUMNS": "160",
        "SOHOA_PREFECT_PORT": str(free_port()),
    }
    checker = doctest.OutputChecker()
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    for command, expected in steps(page):
        if command.startswith("cd "):
            tmp_path = tmp_path / shlex.split(command)[1]
            continue
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        got = done.stdout
        assert done.returncode == 0, f"$ {command}\n{got}{done.stderr}"
        assert checker.check_output(expected, got, flags), f"$ {command}\nexpected:\n{expected}\ngot:\n{got}"
