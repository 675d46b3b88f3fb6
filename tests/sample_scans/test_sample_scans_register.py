"""The register that goes with the sample scans, through the project's own import."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from pipeline.clock import local_day
from pipeline.indicators.definitions import by_name
from pipeline.model import Scope
from pipeline.register import read_centres, read_dossiers, read_procedures, read_targets
from sample_scans import register
from sample_scans.generate import SEED

FOLDER = Path(__file__).parents[2] / "sample_scans"
TODAY = date(2023, 12, 1)


def test_every_row_is_imported_without_a_problem() -> None:
    folder = FOLDER / "register"
    centres = read_centres(folder / "centres.csv")
    procedures = read_procedures(folder / "procedures.csv")
    dossiers = read_dossiers(folder / "dossiers.csv", today=TODAY, centres=centres.rows, procedures=procedures.rows)
    targets = read_targets(folder / "targets.csv")
    for file in (centres, procedures, dossiers, targets):
        assert not file.problems
        assert not file.ignored
    assert centres.rows == register.CENTRES
    assert procedures.rows == register.PROCEDURES
    assert dossiers.rows == register.dossiers(SEED)
    assert targets.rows == register.TARGETS


def test_all_dossiers_were_received_in_the_first_nine_months_of_2023() -> None:
    dossiers = register.dossiers(SEED)
    days = [local_day(dossier.received_at) for dossier in dossiers if dossier.received_at]
    assert len(days) == len(dossiers) >= 30
    assert all(day.year == 2023 and day.month <= 9 for day in days)


def test_targets_are_the_published_figures() -> None:
    values = {(target.indicator, target.scope, target.code): target.value for target in register.TARGETS}
    assert values["centres_digitizing", Scope.NATION, ""] == pytest.approx(0.769)
    assert values["records_digitized", Scope.PROVINCE, "H18"] == pytest.approx(0.75)
    for indicator, _, _ in values:
        assert by_name(indicator).name == indicator


def digitizing(papers: set[tuple[str, str]]) -> set[str]:
    """Centres with a digitized component and a digitized result, flagged in the register or among `papers`."""
    with_component, with_result = set(), set()
    for dossier in register.dossiers(SEED):
        if any(c.flagged or (dossier.code, c.code) in papers for c in dossier.components):
            with_component.add(dossier.centre)
        if any(r.flagged or (dossier.code, r.code) in papers for r in dossier.results):
            with_result.add(dossier.centre)
    return with_component & with_result


def test_reading_the_scans_raises_the_share_of_centres() -> None:
    scans = json.loads((FOLDER / "scans.json").read_text(encoding="utf-8"))["scans"]
    papers = {(scan["dossier"], scan["paper"]) for scan in scans if scan["dossier"]}
    before, after = digitizing(set()), digitizing(papers)
    assert len(register.CENTRES) == 12
    assert len(before) == 7
    assert after - before == {"H18.24", "H18.26"}


def test_another_seed_makes_other_dossiers() -> None:
    assert register.dossiers(SEED) == register.dossiers(SEED)
    assert register.dossiers(SEED) != register.dossiers(SEED + 1)
