from dataclasses import replace
from datetime import date

from pipeline.model import Level, Succession, Unit
from pipeline.ports import Changes, UnitBook
from storage.catalogue import Catalogue

REFORM = date(2025, 7, 1)
OLD = Unit(
    code="03127",
    name="Phường Him Lam",
    level=Level.COMMUNE,
    valid_from=date(2008, 8, 1),
    valid_to=date(2025, 6, 30),
    parent="094",
)
NEW = Unit(code="03127", name="Phường Điện Biên Phủ", level=Level.COMMUNE, valid_from=REFORM, parent="11")
OTHER = replace(NEW, code="03130", name="Phường Mường Thanh")
INTO = Succession(code="03127", valid_from=OLD.valid_from, into="03127", into_from=REFORM)


def test_units_are_told_by_code_and_first_day(catalogue: Catalogue) -> None:
    book: UnitBook = catalogue.units
    partly = replace(INTO, into="03130", default=False)
    assert book.put([NEW, OLD, OTHER], [partly, INTO]) == Changes(added=3)
    assert book.units() == [OLD, NEW, OTHER]
    assert book.successions() == [INTO, partly]
    assert book.put([replace(NEW, agency="H18"), OLD]) == Changes(changed=1, same=1)
    assert book.successions() == [INTO, partly]


def test_successions_of_a_unit_take_the_place_of_those_before(catalogue: Catalogue) -> None:
    partly = replace(INTO, into="03130", default=False)
    of_another = replace(INTO, code="03130")
    catalogue.units.put([OLD], [INTO, partly, of_another])
    corrected = replace(partly, default=True)
    catalogue.units.put([OLD], [corrected])
    assert catalogue.units.successions() == [corrected, of_another]


def test_a_dry_run_changes_nothing(catalogue: Catalogue) -> None:
    assert catalogue.units.put([OLD], [INTO], dry_run=True) == Changes(added=1)
    assert catalogue.units.units() == [] and catalogue.units.successions() == []
