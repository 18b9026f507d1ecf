"""Context variables: what a call in a thread sees of them, and what it leaves."""

import decimal
from contextvars import ContextVar
from decimal import Decimal
from typing import Any

import pytest

from tests.contract.gates import PATIENCE_S, stand_at
from tests.contract.kinds import MakeGate, MakePool, beyond_standard, on_threads

user: ContextVar[str] = ContextVar("user", default="nobody")
connection: ContextVar[str] = ContextVar("connection", default="none")

pytestmark = on_threads

inheriting = beyond_standard("it has no such option")


@pytest.fixture
def usual_precision() -> Any:
    """A test may change the decimal context of this thread."""
    with decimal.localcontext() as context:
        yield context.prec


def set_precision(digits: int) -> Decimal:
    decimal.getcontext().prec = digits
    return Decimal(1) / 3


def third(_: object = None) -> Decimal:
    return Decimal(1) / 3


# As a pool is made: a call runs in the context of its worker's thread


def test_a_call_does_not_see_what_its_submitter_has_set(make_pool: MakePool) -> None:
    pool = make_pool(1)
    pool.submit(user.get).result(PATIENCE_S)  # the worker has started: its thread inherits nothing now
    token = user.set("submitter")
    try:
        assert pool.submit(user.get).result(PATIENCE_S) == "nobody"
        assert list(pool.map(lambda _: user.get(), range(2), timeout=PATIENCE_S)) == ["nobody"] * 2
    finally:
        user.reset(token)


def test_later_calls_of_the_worker_see_what_a_call_has_set_and_the_submitter_does_not(make_pool: MakePool) -> None:
    pool = make_pool(1)
    pool.submit(user.set, "first").result(PATIENCE_S)
    assert pool.submit(user.get).result(PATIENCE_S) == "first"
    assert list(pool.map(lambda name: user.set(name).old_value, ["second", "third"])) == ["first", "second"]
    assert pool.submit(user.get).result(PATIENCE_S) == "third"
    assert user.get() == "nobody"


def test_a_worker_does_not_see_what_a_call_in_another_has_set(make_pool: MakePool, make_gate: MakeGate) -> None:
    def set_and_stand(name: str) -> str:
        user.set(name)
        stand_at(meeting.address)
        return user.get()

    meeting, pool = make_gate(opens_at=2), make_pool(2)
    futures = [pool.submit(set_and_stand, name) for name in ("one", "two")]
    assert [future.result(PATIENCE_S) for future in futures] == ["one", "two"]


def test_every_call_sees_what_the_initializer_has_set(make_pool: MakePool) -> None:
    pool = make_pool(1, initializer=connection.set, initargs=("open",))
    token = connection.set("the submitter's")
    try:
        assert [pool.submit(connection.get).result(PATIENCE_S) for _ in range(2)] == ["open", "open"]
    finally:
        connection.reset(token)


def test_the_decimal_context_is_that_of_the_workers_thread(make_pool: MakePool, usual_precision: int) -> None:
    pool = make_pool(1)
    pool.submit(third).result(PATIENCE_S)
    decimal.getcontext().prec = 3
    assert pool.submit(third).result(PATIENCE_S) == Decimal("0." + usual_precision * "3")
    assert pool.submit(set_precision, 5).result(PATIENCE_S) == Decimal("0.33333")
    assert pool.submit(third).result(PATIENCE_S) == Decimal("0.33333")
    assert third() == Decimal("0.333")


# With `inherit_context=True` it runs in a copy of its submitter's


@inheriting
def test_a_call_that_inherits_sees_the_context_variables_as_they_were_when_it_was_submitted(
    make_pool: MakePool, make_gate: MakeGate
) -> None:
    gate, pool = make_gate(), make_pool(1, inherit_context=True)
    running = pool.submit(stand_at, gate.address)
    token = user.set("first")
    try:
        waiting = [pool.submit(user.get)]
        user.set("second")
        waiting.append(pool.submit(user.get))
        results = pool.map(lambda _: user.get(), range(2), timeout=PATIENCE_S)
    finally:
        user.reset(token)
    gate.open()
    running.result(PATIENCE_S)
    assert [future.result(PATIENCE_S) for future in waiting] == ["first", "second"]
    assert list(results) == ["second", "second"]
    assert pool.submit(user.get).result(PATIENCE_S) == "nobody"


@inheriting
def test_what_a_call_that_inherits_sets_is_seen_by_no_other_call_and_not_by_the_submitter(make_pool: MakePool) -> None:
    pool = make_pool(1, inherit_context=True)
    pool.submit(user.set, "changed").result(PATIENCE_S)
    assert pool.submit(user.get).result(PATIENCE_S) == "nobody"
    seen = pool.map(lambda name: (user.get(), user.set(name), user.get())[::2], ["one", "two"])
    assert list(seen) == [("nobody", "one"), ("nobody", "two")]
    assert pool.submit(user.get).result(PATIENCE_S) == "nobody"
    assert user.get() == "nobody"


@inheriting
def test_what_the_initializer_sets_is_for_the_worker_and_not_for_calls_that_inherit(make_pool: MakePool) -> None:
    pool = make_pool(1, inherit_context=True, initializer=connection.set, initargs=("open",))
    assert pool.submit(connection.get).result(PATIENCE_S) == "none"
    assert list(pool.map(lambda _: connection.get(), range(2))) == ["none", "none"]


@inheriting
def test_calls_that_inherit_one_context_may_run_at_the_same_time(make_pool: MakePool, make_gate: MakeGate) -> None:
    """A context can be entered once at a time, so each has its own copy."""
    pool, meeting, again = make_pool(2, inherit_context=True), make_gate(opens_at=2), make_gate(opens_at=2)
    for future in [pool.submit(stand_at, meeting.address) for _ in range(2)]:
        future.result(PATIENCE_S)
    assert list(pool.map(stand_at, [again.address] * 2, timeout=PATIENCE_S)) == [None] * 2


@inheriting
@pytest.mark.usefixtures("usual_precision")
def test_a_call_that_inherits_computes_with_the_decimal_context_of_its_submitter(make_pool: MakePool) -> None:
    pool = make_pool(1, inherit_context=True)
    pool.submit(third).result(PATIENCE_S)
    decimal.getcontext().prec = 3
    assert pool.submit(third).result(PATIENCE_S) == Decimal("0.333")
    assert list(pool.map(third, range(2))) == [Decimal("0.333")] * 2


@inheriting
@pytest.mark.usefixtures("usual_precision")
def test_what_a_call_that_inherits_does_to_its_decimal_context_is_seen_by_no_other_call(
    make_pool: MakePool, make_gate: MakeGate
) -> None:
    """The context variable refers to one object, which all copies of a context would share."""
    pool, gate = make_pool(1, inherit_context=True), make_gate()
    decimal.getcontext().prec = 3
    running = pool.submit(stand_at, gate.address)
    waiting = [pool.submit(set_precision, 7), pool.submit(third)]  # each has a copy of one context
    results = pool.map(set_precision, range(4, 7))
    gate.open()
    running.result(PATIENCE_S)
    assert [future.result(PATIENCE_S) for future in waiting] == [Decimal("0.3333333"), Decimal("0.333")]
    assert list(results) == [Decimal("0.3333"), Decimal("0.33333"), Decimal("0.333333")]
    assert list(pool.map(third, range(2))) == [Decimal("0.333")] * 2
    assert third() == Decimal("0.333")
