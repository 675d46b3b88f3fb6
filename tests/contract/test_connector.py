"""What every connector does on good and bad days, each against its simulator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from connectors.make import make_connector
from connectors.simulators.base import Fault
from pipeline.errors import (
    AccessRefused,
    AnswerLost,
    AnswerNotUnderstood,
    ClockWrong,
    CredentialsRefused,
    NotOffered,
    RateLimited,
    RecordInvalid,
    SohoaError,
    SystemUnavailable,
    Transient,
)
from pipeline.model import Query, Question, System
from tests.connectors.connectors_kit import World, world


@pytest.fixture(params=list(System))
def there(request: pytest.FixtureRequest) -> Iterator[World]:
    with world(request.param) as made:
        yield made


def act(there: World) -> Callable[[], Any]:
    """Something that the connector can do: send, else look up."""
    if there.sample is not None:
        sample = there.sample
        return lambda: there.connector.send(sample)
    assert there.question is not None
    question = there.question
    return lambda: there.connector.look_up(question)


def test_a_good_day(there: World) -> None:
    health = there.connector.check()
    assert health.at == there.clock.now
    assert health.skew is not None
    assert abs(health.skew) <= 1
    act(there)()
    if there.question is not None:
        assert there.connector.look_up(there.question).records
    if there.query is not None:
        assert there.connector.fetch(there.query).records


def test_what_it_does_not_offer_it_says(there: World) -> None:
    with pytest.raises(NotOffered):
        there.connector.look_up(Question(kind="no such thing", id="1", values={}))
    with pytest.raises(NotOffered):
        there.connector.fetch(Query(kind="no such thing"))


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.FORBIDDEN, AccessRefused),
        (Fault.TOO_MANY, RateLimited),
        (Fault.SERVER_ERROR, SystemUnavailable),
        (Fault.CUT, AnswerLost),
        (Fault.HTML, AnswerNotUnderstood),
        (Fault.TEXT, AnswerNotUnderstood),
        (Fault.ENTITY, AnswerNotUnderstood),
        (Fault.WRONG_SCHEMA, AnswerNotUnderstood),
        (Fault.WRONG_CODES, AnswerNotUnderstood),
        (Fault.CLOCK_SKEW, ClockWrong),
    ],
)
def test_a_bad_day_has_one_clear_error_and_the_next_day_is_good(
    there: World, fault: Fault, error: type[SohoaError]
) -> None:
    there.connector.check()
    there.simulator.plan(fault)
    with pytest.raises(error) as caught:
        act(there)()
    assert type(caught.value) is error
    assert "Mẫu" not in str(caught.value)
    assert "0110850" not in str(caught.value)
    act(there)()


def test_a_slow_answer_is_given_up_and_asked_for_again(there: World) -> None:
    impatient = make_connector(replace(there.endpoint, seconds=0.4), there.clock)
    impatient.check()
    there.simulator.plan(Fault.SLOW, seconds=1.5)
    with pytest.raises(AnswerLost):
        if there.sample is not None:
            impatient.send(there.sample)
        else:
            assert there.question is not None
            impatient.look_up(there.question)
    impatient.close()
    act(there)()


@pytest.mark.parametrize("fault", [Fault.UNAUTHORIZED, Fault.EXPIRED_TOKENS])
def test_a_token_that_ends_in_mid_run_is_renewed_unseen(there: World, fault: Fault) -> None:
    there.connector.check()
    there.simulator.plan(fault)
    act(there)()


def test_a_token_is_renewed_before_it_ends(there: World) -> None:
    there.connector.check()
    logins = there.simulator.calls[there.endpoint.token_path]
    there.clock.advance(hours=2)
    act(there)()
    if there.simulator.bearer or logins:
        assert there.simulator.calls[there.endpoint.token_path] == logins + 1


def test_wrong_credentials_are_told_as_such(there: World) -> None:
    if not there.endpoint.token_path:
        return
    stranger = make_connector(replace(there.endpoint, secret="sai"), there.clock)
    with pytest.raises(CredentialsRefused):
        stranger.check()
    stranger.close()


def test_a_server_that_is_away_is_unavailable(there: World) -> None:
    away = make_connector(replace(there.endpoint, base_url="http://127.0.0.1:9"), there.clock)
    with pytest.raises(SystemUnavailable):
        away.check()
    away.close()


def test_a_limit_on_calls_becomes_a_pause(there: World) -> None:
    there.connector.check()
    there.simulator.per_minute = 0
    with pytest.raises(RateLimited) as caught:
        act(there)()
    assert caught.value.retry_after == 7


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.SERVER_ERROR, Fault.HTML, Fault.SLOW])
def test_however_often_it_is_sent_there_is_one_record(there: World, fault: Fault) -> None:
    if there.sample is None:
        return
    connector = make_connector(replace(there.endpoint, seconds=0.25), there.clock)
    connector.check()
    for _ in range(3):
        there.simulator.plan(fault, seconds=1.0)
        with pytest.raises(Transient):
            connector.send(there.sample)
    connector.send(there.sample)
    assert connector.send(there.sample).already
    assert there.simulator.arrivals[there.sample.key] == 1
    connector.close()


def test_a_record_that_does_not_fit_is_not_sent_and_every_field_is_named(there: World) -> None:
    if there.sample is None:
        return
    before = sum(there.simulator.calls.values())
    with pytest.raises(RecordInvalid) as caught:
        there.connector.send(replace(there.sample, record={}))
    assert "is missing" in str(caught.value)
    assert sum(there.simulator.calls.values()) == before
