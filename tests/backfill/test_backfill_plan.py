import random
import tracemalloc
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pipeline.backfill.calendar import Throttle
from pipeline.backfill.plan import Inventory, Looked, Speed, inventory, of_documents, of_source
from pipeline.backfill.progress import progress
from pipeline.backfill.spec import Backfill, Counts, FileState, Outcome, Spec, State
from pipeline.ports.sources import SourceFile

NOW = datetime(2026, 11, 25, 15, tzinfo=UTC)  # late in the evening there
ALWAYS = Throttle(hours=(), office=1.0, otherwise=1.0)
SPEED = Speed(pages=6, seconds=2.0, stored=1000.0)


def files(number: int) -> list[SourceFile]:
    return [SourceFile(place=f"a/{n}.PDF", size=100, stamp="") for n in range(number)]


def test_a_million_files_are_counted_in_little_memory() -> None:
    tracemalloc.start()
    found = inventory((SourceFile(place=f"{n}.tif", size=2, stamp="") for n in range(100_000)), 200, random.Random(1))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (found.files, found.size, found.suffixes, len(found.drawn)) == (100_000, 200_000, {"tif": 100_000}, 200)
    assert peak < 1_000_000


@given(st.integers(0, 50), st.integers(1, 60))
def test_as_many_are_drawn_as_there_are(number: int, most: int) -> None:
    found = inventory(files(number), most, random.Random(1))
    assert len({file.place for file in found.drawn}) == min(number, most)
    assert found.suffixes == ({"pdf": number} if number else {})


def test_what_a_sample_shows_is_carried_over_to_the_whole() -> None:
    looked = [
        Looked(place="1", sha256="a", size=100, pages=3),
        Looked(place="2", sha256="a", size=100, pages=3),
        Looked(place="3", sha256="b", size=100, pages=1, known=True),
        Looked(place="4", sha256="c", size=100, pages=1, known=True, read=True),
        Looked(place="5", code="not-a-scan"),
    ]
    made = of_source(Inventory(files=50, size=5000, suffixes={}, drawn=()), looked, SPEED, 2, NOW, ALWAYS)
    assert (made.pages, made.duplicates, made.known, made.refused) == (40, 10, 10, {"not-a-scan": 10})
    assert made.core_hours == 80 / 3600
    assert made.ends == NOW + timedelta(minutes=15)
    assert made.disk == 10 * 100 + 40 * 1000  # the known one is stored already


def test_a_speed_that_could_not_be_measured_is_not_made_up() -> None:
    nothing = Speed(pages=0, seconds=0.0, stored=0.0)
    assert of_documents({"x": 3}, 7, 0, nothing, 2, NOW, ALWAYS).core_hours is None
    assert of_documents({}, 0, 3, nothing, 2, NOW, ALWAYS).core_hours == 0.0


def backfill(**values: object) -> Backfill:
    fields = {"id": "1", "spec": Spec(source="/a"), "state": State.RUNNING, "created_at": NOW, **values}
    return Backfill(**fields)  # type: ignore[arg-type]


def test_progress_estimates_what_was_not_opened_and_the_time_left() -> None:
    counts = Counts(
        files={FileState.LISTED: 90, FileState.TAKEN: 10},
        pages={Outcome.READ: 20, Outcome.WAITING: 10},
        recent_pages=20,
        first_recent=NOW - timedelta(minutes=10),
    )
    found = progress(backfill(listed=True), counts, NOW, ALWAYS)
    assert (found.pages, found.of_pages, found.estimated, found.rate) == (20, 300, True, 2.0)
    assert found.left == timedelta(minutes=140)
    assert progress(backfill(state=State.PAUSED, listed=True), counts, NOW, ALWAYS).left is None


def test_nothing_to_do_is_done() -> None:
    found = progress(backfill(listed=True), Counts(), NOW, ALWAYS)
    assert (found.share, found.left) == (0.0, timedelta())
