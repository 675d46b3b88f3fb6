"""The quick core of the fault tests, in every run: the others take minutes (make test-faults)."""

from __future__ import annotations

from pathlib import Path

from tests.faults.faults_kit import province, scan


def test_two_watchers_that_are_killed_again_and_again_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    with province(tmp_path / "workspace") as office:
        for number in range(30):
            office.drop(office.centres[number % 3], f"{number}.png", scan(number % 20))  # some bytes come twice
        office.drop(office.centres[0], "letter.txt", b"a letter", good=False)
        office.drop(office.centres[0], "cut.png", scan(99)[:60], good=False)
        for _ in range(2):
            before = len(office.left())
            one, other = office.watch(), office.watch()
            office.wait(lambda before=before: len(office.left()) < before)
            office.kill(one)
            office.kill(other)
            office.watchers.clear()
        office.watch()
        account = office.settle()
        assert account.is_right, account
        assert (account.receipts, account.rejected, account.distinct) == (30, 2, 20)
