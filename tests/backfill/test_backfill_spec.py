import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.backfill.spec import (
    Promotion,
    Query,
    Spec,
    backfill_id,
    bucket_and_prefix,
    dump,
    in_sample,
    is_meant,
    load,
    sample_end,
    share_of,
)
from pipeline.errors import UsageError
from pipeline.model import ModelFile, ReaderIdentity

NOW = datetime(2026, 11, 25, tzinfo=UTC)


def test_a_spec_comes_back_from_json_as_it_was() -> None:
    spec = Spec(
        query=Query(centre="H18.25", first=date(2023, 1, 1), confidence_under=0.5),
        promotion=Promotion.RULE,
        sample=0.01,
    )
    assert load(json.loads(json.dumps(dump(spec)))) == spec
    assert backfill_id(spec, NOW) == backfill_id(load(dump(spec)), NOW)


@pytest.mark.parametrize("value", [{}, {"source": "/a", "sample": "much"}, {"source": "/a", "query": {}}, [], None])
def test_what_is_no_spec_is_refused(value: object) -> None:
    with pytest.raises(UsageError):
        load(value)


@pytest.mark.parametrize("share", [0.0, -1.0, 1.01])
def test_a_sample_is_a_part(share: float) -> None:
    with pytest.raises(UsageError, match="sample"):
        Spec(source="/a", sample=share)


def test_shares_are_written_as_people_write_them() -> None:
    assert share_of("1%") == share_of("1 %") == share_of("0,01") == 0.01
    with pytest.raises(UsageError, match="share"):
        share_of("some")


def test_sources_are_folders_or_buckets() -> None:
    assert bucket_and_prefix("s3://old/2019/Sở") == ("old", "2019/Sở")
    assert bucket_and_prefix("s3://old") == ("old", "")
    assert bucket_and_prefix("/srv/old") is None


@given(st.floats(0.001, 0.99))
def test_a_larger_sample_holds_the_smaller_one(share: float) -> None:
    places = [f"H18.25/{number}.pdf" for number in range(300)]
    small = {place for place in places if in_sample(place, share)}
    assert small <= {place for place in places if in_sample(place, min(1.0, share * 1.5))}
    assert sample_end(share) <= sample_end(min(1.0, share * 1.5))


def test_a_sample_is_about_as_large_as_it_says() -> None:
    drawn = sum(in_sample(f"H18.25/{number}.pdf", 0.1) for number in range(5000))
    assert 400 < drawn < 600
    assert all(in_sample(f"{number}", 1) for number in range(10))


def test_versions_are_compared_as_numbers() -> None:
    found = ReaderIdentity(
        profile="balanced", recipe="2/9", models=(ModelFile(name="vie", version="4.1", sha256="ab" * 32),)
    )
    assert is_meant(found, Query(recipe_before="2/10"), "other")
    assert not is_meant(found, Query(recipe_before="2/9"), "other")
    assert is_meant(found, Query(model_before="vie=4.10"), "other")
    assert not is_meant(found, Query(model_before="vie=4.1"), "other")
    assert not is_meant(found, Query(model_before="lines=9"), "other")
    assert is_meant(found, Query(read_with="balanced", stale=True), "other")
    assert not is_meant(found, Query(stale=True), found.id)
    assert not is_meant(found, Query(read_with="fast"), "other")
