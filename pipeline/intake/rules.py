"""The rules of a gate: what may be said of each, what holds where nothing is said, and what its limit means."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from pipeline.errors import UsageError
from pipeline.model import Action, GateSetting, MediaType, Rule

FORMATS = {"pdf": MediaType.PDF, "tiff": MediaType.TIFF, "jpeg": MediaType.JPEG, "png": MediaType.PNG}
_ASKING = (Action.OFF, Action.WARN, Action.REFUSE)
_DOING = (Action.OFF, Action.ON)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What holds for one rule."""

    action: Action
    limit: str

    @property
    def number(self) -> float:
        return float(self.limit or "inf")


Gate = Mapping[Rule, Demand]
"""A demand for every rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """`means` says what the limit is; `check` whether a text can be one."""

    default: Demand
    means: str
    check: Callable[[str], bool]
    actions: tuple[Action, ...] = _ASKING


def _is_number(text: str) -> bool:
    return re.fullmatch(r"\d{1,6}(\.\d{1,3})?", text) is not None and float(text) > 0


def _is_number_or_empty(text: str) -> bool:
    return not text or _is_number(text)


def _are_formats(text: str) -> bool:
    return set(text.split(",")) <= set(FORMATS)


def _is_empty(text: str) -> bool:
    return not text


def _is_short_text(text: str) -> bool:
    return 0 < len(text) <= 60 and text.isprintable() and "/" not in text


def _definition(
    action: Action, limit: str, means: str, check: Callable[[str], bool], actions: tuple[Action, ...] = _ASKING
) -> Definition:
    return Definition(default=Demand(action=action, limit=limit), means=means, check=check, actions=actions)


RULES: Mapping[Rule, Definition] = {
    Rule.FORMAT: _definition(Action.REFUSE, "pdf,tiff,jpeg,png", "formats that are taken", _are_formats),
    Rule.SIZE: _definition(Action.REFUSE, "", "MB of a file; empty: as the installation", _is_number_or_empty),
    Rule.PAGES: _definition(Action.REFUSE, "", "pages of a file; empty: as the installation", _is_number_or_empty),
    Rule.RESOLUTION: _definition(Action.WARN, "200", "least dpi", _is_number),
    Rule.DRAWING: _definition(Action.WARN, "300", "least dpi of a page larger than A3", _is_number),
    Rule.COLOUR: _definition(Action.WARN, "", "", _is_empty),
    Rule.BLANK: _definition(Action.WARN, "0.5", "per mille of ink below which a page is blank", _is_number),
    Rule.DARK: _definition(Action.WARN, "45", "lightness of the paper in per cent, at least", _is_number),
    Rule.BLUR: _definition(Action.WARN, "5", "width of a stroke's edge in 1/200 inch, at most", _is_number),
    Rule.CUT_OFF: _definition(Action.WARN, "8", "letters that may touch one edge", _is_number),
    Rule.ACTIVE: _definition(Action.WARN, "", "", _is_empty),
    Rule.SECRECY: _definition(Action.REFUSE, "", "", _is_empty),
    Rule.SEPARATORS: _definition(
        Action.ON, "PATCHT", "text of the code on a separator sheet, beside patch code T", _is_short_text, _DOING
    ),
    Rule.JOIN: _definition(
        Action.ON, "_xong.txt", "name of the file that says that a folder of pages is complete", _is_short_text, _DOING
    ),
}

DEFAULTS: Gate = {rule: definition.default for rule, definition in RULES.items()}


def require_valid(setting: GateSetting) -> GateSetting:
    """Returns the setting; raises UsageError where its action or limit does not fit the rule."""
    definition = RULES[setting.rule]
    if setting.action is not None and setting.action not in definition.actions:
        allowed = ", ".join(definition.actions)
        raise UsageError(f"{setting.rule} cannot be {setting.action}; it can be {allowed}.")
    if setting.limit and not definition.check(setting.limit):
        raise UsageError(f"{setting.limit!r} is no limit of {setting.rule} ({definition.means or 'it has none'}).")
    return setting


def for_old_scans(gate: Gate) -> Gate:
    """A gate that only remarks on what it would refuse, for nobody can scan an old paper again. Secrecy and scripts
    stay refused where they were."""
    kept = (Rule.SECRECY, Rule.ACTIVE)
    return {
        rule: Demand(action=Action.WARN, limit=demand.limit)
        if demand.action is Action.REFUSE and rule not in kept
        else demand
        for rule, demand in gate.items()
    }


def gate_of(settings: Iterable[GateSetting]) -> Gate:
    """What holds, given the settings for all and then those of the centre; a limit left empty is the rule's own."""
    gate = dict(DEFAULTS)
    for setting in settings:
        if setting.action is not None:
            gate[setting.rule] = Demand(action=setting.action, limit=setting.limit or DEFAULTS[setting.rule].limit)
    return gate
