"""The shape of the house, held by tests where import-linter cannot see it."""

import ast
import inspect
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from flows.settings import Settings
from flows.up import Part
from pipeline import errors, ports

ROOT = Path(__file__).parent.parent
PACKAGES = sorted(path.parent.name for path in ROOT.glob("*/__init__.py"))


def test_every_top_level_package_has_its_layer() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layered = {name.strip() for layer in contracts[0]["layers"] for name in layer.split("|")}
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages == layered


def test_every_port_has_five_methods_or_fewer() -> None:
    protocols = [cls for _, cls in inspect.getmembers(ports, inspect.isclass) if getattr(cls, "_is_protocol", False)]
    protocols = [cls for cls in protocols if cls.__module__.startswith(ports.__name__)]
    assert len(protocols) >= 10
    for protocol in protocols:
        methods = [name for name in vars(protocol) if not name.startswith("_")]
        assert 1 <= len(methods) <= 5, f"{protocol.__name__}: {methods}"


def test_every_error_has_a_code_of_its_own_and_speaks_to_the_clerk() -> None:
    found = errors.all_errors()
    codes = [cls.code for cls in found]
    assert len(codes) == len(set(codes))
    for cls in found:
        assert cls.clerk
        assert cls.english
        assert cls.sentence().endswith(".") and ":" not in cls.sentence()[-3:]
        assert 0 < cls.exit_code < 126
        assert errors.by_code(cls.code) is cls


@pytest.mark.parametrize("package", PACKAGES)
def test_no_module_is_too_long_to_read_in_one_sitting(package: str) -> None:
    for path in (ROOT / package).rglob("*.py"):
        assert len(path.read_text("utf-8").splitlines()) <= 400, path


@pytest.mark.parametrize("package", PACKAGES)
def test_every_module_says_what_it_is(package: str) -> None:
    for path in (ROOT / package).rglob("*.py"):
        if path.name != "__main__.py":
            assert ast.get_docstring(ast.parse(path.read_text("utf-8"))), f"{path} has no docstring"


def _compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    return found


def test_compose_uses_settings_that_exist() -> None:
    for service in _compose()["services"].values():
        for name in service.get("environment", {}):
            if name.startswith("SOHOA_"):
                assert name.removeprefix("SOHOA_").lower() in Settings.model_fields, name


def test_compose_starts_every_part_once() -> None:
    commands = [str(service.get("command", "")) for service in _compose()["services"].values()]
    started = [command.removeprefix("up ") for command in commands if command.startswith("up ")]
    assert sorted(started) == sorted(part.value for part in Part)


def test_the_docker_image_holds_every_package() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    for path in ROOT.glob("*/__init__.py"):
        if path.parent.name == "benchmarks":
            continue
        assert f"COPY {path.parent.name} {path.parent.name}\n" in dockerfile
