import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from flows.services import open_services, seed_units
from flows.settings import load
from pipeline.errors import ImportRefused, NotFound, UsageError
from pipeline.register import read_centres
from storage.catalogue import Catalogue

Run = Callable[..., Result]

MERGED = ("centre", "merge", "H18.26", "H18.24", "--into", "H18.25", "--last-day", "2025-06-30")
RENAMED = ("centre", "edit", "H18.25", "--name", "Xã Mới", "--since", "2025-07-01", "--unit", "03127")


def listed(run: Run, *words: str) -> dict[str, dict[str, str]]:
    return {row["code"]: row for row in json.loads(run("centre", "list", "--json", *words).stdout)}


def test_a_centre_is_renamed_from_a_day_on_and_shown_as_it_was(registered: Run) -> None:
    before = listed(registered)["H18.25"]["name"]
    assert "Xã Mới" in registered(*RENAMED).stdout
    assert listed(registered)["H18.25"]["name"] == "Xã Mới"
    assert listed(registered, "--on", "2023-09-30")["H18.25"]["name"] == before
    events = json.loads(registered("centre", "history", "H18.25", "--json").stdout)
    assert [(event["on"], event["what"]) for event in events] == [
        (None, "opened"),
        ("2025-07-01", "renamed"),
        ("2025-07-01", "moved"),
    ]


def test_merged_centres_end_and_their_figures_stay(registered: Run) -> None:
    report = ("report", "province", "H18", "--period", "9T/2023", "--format", "csv")
    before = registered(*report).stdout
    assert registered(*MERGED).exit_code == 0
    assert registered(*report).stdout == before
    assert listed(registered)["H18.26"]["merged_into"] == "H18.25"
    assert registered("centre", "close", "H18.22", "--last-day", "2025-06-30").exit_code == 0
    assert listed(registered)["H18.22"]["closed"] == "2025-06-30"


@pytest.mark.parametrize(
    ("words", "error", "says"),
    [
        (("centre", "merge", "H18.26", "--into", "H99", "--last-day", "2025-06-30"), NotFound, "H99"),
        (("centre", "merge", "H18.26", "--into", "H18.26", "--last-day", "2025-06-30"), UsageError, "itself"),
        (("centre", "close", "H18.26", "--last-day", "30/06/2025"), UsageError, "YYYY-MM-DD"),
        (("centre", "edit", "H18.26", "--province", "H35"), UsageError, "--province-name"),
        (("centre", "history", "H99"), NotFound, "H99"),
    ],
)
def test_what_cannot_be_done_to_a_centre_is_refused(
    registered: Run, words: tuple[str, ...], error: type[Exception], says: str
) -> None:
    before = listed(registered)
    refused = registered(*words)
    assert isinstance(refused.exception, error) and says in str(refused.exception)
    assert listed(registered) == before


def test_what_was_changed_by_hand_can_be_imported_again_in_order(registered: Run, tmp_path: Path) -> None:
    registered(*RENAMED)
    registered(*MERGED)
    with open_services(load(tmp_path)) as services:
        files = sorted((tmp_path / "objects" / "registers").rglob("centres.*"))
        anew = Catalogue("sqlite://")
        for file in files:
            anew.register.put_centres(read_centres(file, known=anew.lookup.centres()).rows)
        for centre in services.catalogue.lookup.centres():
            assert anew.lookup.versions(centre.code) == services.catalogue.lookup.versions(centre.code)
    anew.close()


def test_an_import_that_names_an_unknown_successor_changes_nothing(registered: Run, tmp_path: Path) -> None:
    before = listed(registered)
    file = tmp_path / "centres.csv"
    file.write_text(
        "code,name,province,province_name,level,closed,merged_into\n"
        "H18.77,A,H18,Điện Biên,xã,,\nH18.26,B,H18,Điện Biên,xã,2025-06-30,H18.99\n"
    )
    refused = registered("import", "centres", file)
    assert isinstance(refused.exception, ImportRefused) and "H18.99" in str(refused.exception)
    assert listed(registered) == before


def test_units_are_there_from_the_beginning_and_more_are_imported(registered: Run, tmp_path: Path) -> None:
    seed_units(load(tmp_path))
    seed_units(load(tmp_path))
    file = tmp_path / "units.csv"
    file.write_text("code,name,level,valid_from\nG09,Bộ Nội vụ,bộ,2000-01-01\n11,Tỉnh Điện Biên,tỉnh,2025-07-01\n")
    assert "units: 1 added, 1 changed, 0 already the same" in registered("import", "units", file).stdout
    warned = tmp_path / "centres.csv"
    warned.write_text("code,name,province,province_name,level,unit\nH18.78,A,H18,Điện Biên,xã,99999\n")
    assert "no administrative unit" in registered("import", "centres", warned).stderr


def test_a_dry_run_of_dossiers_says_what_would_change_and_keeps_no_file(registered: Run, tmp_path: Path) -> None:
    kept = len(list((tmp_path / "objects" / "registers").iterdir()))
    file = tmp_path / "more.csv"
    file.write_text(
        "code,procedure,received_at\nH18.25-230914-0099,1.012766,2023-09-14\nH18.25-230231-0001,1.012766,\n"
    )
    assert "dossiers: 2 would be added" in registered("import", "dossiers", file, "--dry-run").stdout
    assert len(list((tmp_path / "objects" / "registers").iterdir())) == kept
