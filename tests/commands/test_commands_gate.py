from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.clock import now
from pipeline.errors import NotFound, UsageError
from pipeline.intake.rules import DEFAULTS, RULES, gate_of, require_valid
from pipeline.model import Action, GateSetting, Rule
from tests.commands.conftest import Run


def shown(sohoa: Run, *options: str) -> dict[str, Any]:
    return {row["rule"]: row for row in json.loads(sohoa("gate", "show", "--json", *options).stdout)}


def test_without_settings_quality_is_remarked_on_and_secrets_are_refused(sohoa: Run) -> None:
    rows = shown(sohoa)
    assert {row["set for"] for row in rows.values()} == {"default"}
    assert (rows["resolution"]["action"], rows["resolution"]["limit"]) == ("warn", "200")
    assert rows["drawing"]["limit"] == "300"
    assert rows["secrecy"]["action"] == "refuse"
    assert {rows[rule]["action"] for rule in ("colour", "blank", "dark", "blur", "cut-off", "active")} == {"warn"}


def test_a_centre_can_ask_for_more_than_the_others(registered: Run) -> None:
    assert registered("gate", "set", "blur", "refuse", "--limit", "4").exit_code == 0
    result = registered("gate", "set", "resolution", "refuse", "--limit", "300", "--centre", "H18.25")
    assert result.stdout == "resolution: refuse 300, for H18.25\n"
    own, others = shown(registered, "--centre", "H18.25"), shown(registered)
    assert (own["resolution"]["limit"], own["resolution"]["set for"]) == ("300", "H18.25")
    assert (own["blur"]["limit"], own["blur"]["set for"]) == ("4", "all")
    assert others["resolution"]["set for"] == "default"


def test_what_is_taken_back_stays_in_the_history(registered: Run) -> None:
    registered("gate", "set", "dark", "off", "--centre", "H18.25")
    assert registered("gate", "unset", "dark", "--centre", "H18.25").stdout == "dark: warn 45, for H18.25\n"
    rows = json.loads(registered("gate", "history", "--json").stdout)
    assert [(row["centre"], row["rule"], row["action"]) for row in rows] == [
        ("H18.25", "dark", "off"),
        ("H18.25", "dark", "taken back"),
    ]


@pytest.mark.parametrize(
    "words",
    [
        ("resolution", "on"),
        ("separators", "warn"),
        ("resolution", "warn", "--limit", "many"),
        ("resolution", "warn", "--limit", "0"),
        ("format", "refuse", "--limit", "pdf,docx"),
        ("colour", "warn", "--limit", "3"),
        ("join", "on", "--limit", "../xong"),
    ],
)
def test_what_does_not_fit_a_rule_is_said_and_not_set(sohoa: Run, words: tuple[str, ...]) -> None:
    assert isinstance(sohoa("gate", "set", *words).exception, UsageError)
    assert json.loads(sohoa("gate", "history", "--json").stdout) == []


def test_an_unknown_centre_is_named(sohoa: Run) -> None:
    assert isinstance(sohoa("gate", "show", "--centre", "H99").exception, NotFound)


@given(st.sampled_from(list(Rule)), st.sampled_from(list(Action)), st.text(max_size=70))
def test_whatever_is_accepted_makes_a_gate_that_can_be_asked(rule: Rule, action: Action, limit: str) -> None:
    setting = GateSetting(centre="", rule=rule, action=action, limit=limit, set_at=now())
    try:
        require_valid(setting)
    except UsageError:
        return
    gate = gate_of([setting])
    assert gate[rule].action in RULES[rule].actions
    if rule not in (Rule.FORMAT, Rule.SEPARATORS, Rule.JOIN):
        assert gate[rule].number > 0


def test_the_settings_of_a_centre_come_over_those_for_all() -> None:
    common = GateSetting(centre="", rule=Rule.DARK, action=Action.REFUSE, limit="60", set_at=now())
    own = GateSetting(centre="H18.25", rule=Rule.DARK, action=Action.OFF, set_at=now())
    taken_back = GateSetting(centre="H18.25", rule=Rule.DARK, action=None, set_at=now())
    assert gate_of([common, own])[Rule.DARK].action is Action.OFF
    assert gate_of([common, taken_back])[Rule.DARK].limit == "60"
    assert gate_of([]) == DEFAULTS


def test_a_separator_sheet_is_made_for_a_dossier(registered, tmp_path):
    sheet = tmp_path / "sheet.pdf"
    assert registered("gate", "sheet", "--dossier", "h18.25-230914-0012", "-o", str(sheet)).exit_code == 0
    assert sheet.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("words", [["--dossier", "12"], ["-o", "missing/sheet.pdf"]])
def test_a_sheet_that_cannot_be_made_is_said_so(registered, words):
    assert isinstance(registered("gate", "sheet", *words).exception, UsageError)


def test_nothing_was_purged_at_first(registered):
    assert json.loads(registered("gate", "purged", "--json").stdout) == []
