from dataclasses import replace

from pipeline.model import Action, GateSetting, Rule
from pipeline.ports import GateBook
from storage.catalogue import Catalogue
from tests.storage.catalogue_builders import minutes


def setting(centre: str, rule: Rule, action: Action | None, limit: str = "", at: float = 0) -> GateSetting:
    return GateSetting(centre=centre, rule=rule, action=action, limit=limit, set_at=minutes(at))


def test_the_newest_setting_of_a_rule_counts_and_the_others_stay_as_history(catalogue: Catalogue) -> None:
    book: GateBook = catalogue.gate
    first = setting("", Rule.DARK, Action.REFUSE, "80")
    second = replace(first, action=Action.WARN, limit="60", set_at=minutes(1))
    for one in (first, second):
        book.put(one)
    assert book.settings("H18.25") == [second]
    assert book.history() == [first, second]


def test_settings_for_all_come_before_those_of_the_centre_and_others_are_left_out(catalogue: Catalogue) -> None:
    own, common = setting("H18.25", Rule.BLUR, Action.OFF), setting("", Rule.BLUR, Action.REFUSE)
    for one in (own, common, setting("H18.26", Rule.BLUR, Action.WARN)):
        catalogue.gate.put(one)
    assert catalogue.gate.settings("H18.25") == [common, own]
    assert catalogue.gate.settings("H18.99") == [common]


def test_a_setting_that_was_taken_back_is_told_as_such(catalogue: Catalogue) -> None:
    catalogue.gate.put(setting("H18.25", Rule.JOIN, Action.ON, "_xong"))
    back = setting("H18.25", Rule.JOIN, None, at=1)
    catalogue.gate.put(back)
    assert catalogue.gate.settings("H18.25") == [back]


def test_of_two_settings_of_one_moment_the_later_one_counts(catalogue: Catalogue) -> None:
    catalogue.gate.put(setting("", Rule.SIZE, Action.WARN, "10"))
    catalogue.gate.put(setting("", Rule.SIZE, Action.WARN, "20"))
    assert [one.limit for one in catalogue.gate.settings("")] == ["20"]
