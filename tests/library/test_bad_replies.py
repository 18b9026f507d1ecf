"""A process that sends what is no reply costs itself and the calls it has, like any death. Nothing waits for it."""

import math
import multiprocessing
import os
import pickle
import struct
import sys
from multiprocessing.connection import Connection
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pool_lab import BrokenProcessPool, CallUnpicklingError, Future, ProcessPoolExecutor, WorkerDiedError
from pool_lab.processes.child import Calls
from pool_lab.processes.messages import BEGUN, END, READY, Reply
from tests.contract import calls
from tests.contract.gates import PATIENCE_S, Address, knock
from tests.contract.kinds import START_METHODS
from tests.library.bursts import allow_long_batches, queue_up, warm_up
from tests.library.watching import MakeGate, MakePool

in_streams = pytest.mark.skipif(os.name == "nt", reason="pipes keep messages apart here")


@pytest.fixture
def kind() -> str:
    return "forkserver" if "forkserver" in START_METHODS else "spawn"


# Inside: calls that find the pipe, and the request, of the process that runs them


def local_of_this_process(kind: type) -> Any:
    """The local variable of this kind in the functions that lead to this call."""
    frame = sys._getframe()
    while True:
        assert frame.f_back is not None, "not in a process of a pool"
        frame = frame.f_back
        for value in frame.f_locals.values():
            if isinstance(value, kind):
                return value


def send(messages: list[bytes], *, then_die: bool = False) -> None:
    """Send these before the reply to this very call."""
    connection = local_of_this_process(Connection)
    for message in messages:
        connection.send_bytes(message)
    if then_die:
        os._exit(8)


def forge(*columns: Any, number: int = 0) -> None:
    """Send a reply with these, to this request or to one so many later."""
    number += local_of_this_process(Calls)._number
    send([pickle.dumps((number, *columns))])


def write_half(gate: Address) -> None:
    """Write half a message, and never the other half."""
    descriptor = local_of_this_process(Connection).fileno()
    os.write(descriptor, struct.pack("!i", 100) + b"half")
    knock(gate)
    multiprocessing.Event().wait()


class Exit:
    """Unpickling it exits."""

    def __reduce__(self) -> tuple[Any, ...]:
        return sys.exit, (3,)


NO_REPLIES: dict[str, bytes] = {
    "nothing": END,
    "garbage": b"\xff" * 50,
    "text": b"hello",
    "that it is ready": READY,
    "no tuple": pickle.dumps(7),
    "too few columns": pickle.dumps((1, [7])),
    "half a reply": pickle.dumps((1, ["x" * 100], 0, True, 0.0, 0.0, None))[:50],
    "what exits": pickle.dumps(Exit()),
    "a reply to no request": pickle.dumps((-1, [7], 0, True, 0.0, 0.0, None)),
}

LIES: dict[str, tuple[Any, ...]] = {
    "to the request before": ([7], 0, True, 0.0, 0.0, None, -1),
    "to the next request": ([7], 0, True, 0.0, 0.0, None, 1),
    "too many outcomes": ([7] * 999, 0, True, 0.0, 0.0, None),
    "too few outcomes": ([], 0, True, 0.0, 0.0, None),
    "more given back than there is": ([], 999, True, 0.0, 0.0, None),
    "outcomes that are none": (7, 0, True, 0.0, 0.0, None),
    "times that are none": ([7], 0, True, 0.0, 0.0, 7),
    "a moment that is none": ([7], 0, True, 0.0, "now", None),
    "a duration that is none": ([7], 0, True, "long", 0.0, None),
}


def is_of_death(error: BaseException | None) -> bool:
    return type(error) is WorkerDiedError and "was ended because of what it sent" in str(error)


@pytest.mark.parametrize("message", NO_REPLIES.values(), ids=NO_REPLIES)
def test_a_process_that_sends_an_invalid_reply_is_ended(make_pool: MakePool, message: bytes) -> None:
    pool = make_pool(1, replace_workers=True)
    pool.submit(calls.add, 1).result(PATIENCE_S)
    error = pool.submit(send, [message]).exception(PATIENCE_S)
    assert is_of_death(error)
    assert "while it ran call 1, send" in str(error)
    assert pool.submit(calls.add, 2).result(PATIENCE_S) == 2


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_process_that_sends_a_reply_that_does_not_fit_is_ended(make_pool: MakePool, lie: tuple[Any, ...]) -> None:
    pool = make_pool(1, replace_workers=True)
    pool.submit(calls.add, 1).result(PATIENCE_S)
    *columns, number = lie if len(lie) == 7 else (*lie, 0)
    assert is_of_death(pool.submit(forge, *columns, number=number).exception(PATIENCE_S))
    assert pool.submit(calls.add, 2).result(PATIENCE_S) == 2


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_lie_in_a_batch_ends_every_call(
    make_pool: MakePool, make_gate: MakeGate, monkeypatch: pytest.MonkeyPatch, lie: tuple[Any, ...]
) -> None:
    allow_long_batches(monkeypatch)
    pool = make_pool(1)
    warm_up(pool)
    pool.submit(forge_unless_none, None, 0).result(PATIENCE_S)  # the pool knows it now
    *columns, number = lie if len(lie) == 7 else (*lie, 0)
    plan: list[tuple[Any, ...]] = [*[(calls.add, 1)] * 20, (forge_unless_none, columns, number), *[(calls.add, 1)] * 60]
    futures = queue_up(pool, make_gate(), 1, plan)
    outcomes = [future.exception(PATIENCE_S) for future in futures]
    assert {type(error) for error in outcomes} <= {type(None), BrokenProcessPool}
    assert {type(error) for error in outcomes[20:]} == {BrokenProcessPool}
    with pytest.raises(BrokenProcessPool):
        pool.submit(calls.add, 1)


def forge_unless_none(columns: list[Any] | None, number: int) -> None:
    if columns is not None:
        forge(*columns, number=number)


def test_by_default_that_breaks_the_pool_like_any_death(make_pool: MakePool) -> None:
    pool = make_pool(1)
    futures = [pool.submit(send, [b"garbage"]), *(pool.submit(calls.add, number) for number in range(3))]
    assert {type(future.exception(PATIENCE_S)) for future in futures} == {BrokenProcessPool}
    assert "was ended because of what it sent" in str(futures[0].exception())


def test_a_duration_that_is_no_number_harms_no_later_call(make_pool: MakePool) -> None:
    """It would be the pool's guess how long calls of the function take."""
    pool = make_pool(1)
    assert pool.submit(forge, [7], 0, True, math.nan, math.nan, None).result(PATIENCE_S) == 7
    with pytest.raises(BrokenProcessPool):  # the true reply comes out of turn
        pool.submit(forge, [7], 0, True, math.nan, math.nan, None).result(PATIENCE_S)


@pytest.mark.parametrize("options", [{}, {"replace_workers": True}], ids=str)
def test_a_process_may_say_more_than_once_that_a_call_begins(make_pool: MakePool, options: dict[str, Any]) -> None:
    pool = make_pool(1, **options)
    assert pool.submit(send, [BEGUN] * 3).result(PATIENCE_S) is None
    assert pool.submit(calls.add, 1).result(PATIENCE_S) == 1


def test_a_reply_that_comes_twice_answers_no_other_call(make_pool: MakePool) -> None:
    pool = make_pool(1, replace_workers=True)
    futures: list[Future[Any]] = [pool.submit(forge, ["forged"], 0, True, 0.0, 0.0, None)]
    futures += [pool.submit(calls.add, number) for number in range(5)]
    # The forged reply is as good as the true one, which then comes out of turn.
    assert futures[0].result(PATIENCE_S) == "forged"
    assert_that_one_is_lost_at_most(futures[1:])


def assert_that_one_is_lost_at_most(futures: list[Future[Any]]) -> None:
    errors = [future.exception(PATIENCE_S) for future in futures]
    assert [error for error in errors if error is not None and not is_of_death(error)] == []
    assert sum(error is not None for error in errors) <= 1
    assert all(
        error or future.result() == number for number, (error, future) in enumerate(zip(errors, futures, strict=True))
    )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.parametrize("in_child", ["returns", "raises"])
def test_a_call_that_forks_and_goes_on_in_both_answers_no_other_call(make_pool: MakePool, in_child: str) -> None:
    """The child comes back from the call as well, and replies to the same request."""
    pool = make_pool(1, replace_workers=True)
    outcome = pool.submit(fork_and_go_on, in_child).exception(PATIENCE_S)
    assert outcome is None or in_child == "raises"
    assert_that_one_is_lost_at_most([pool.submit(calls.add, number) for number in range(10)])


def fork_and_go_on(in_child: str) -> None:
    if os.fork() == 0 and in_child == "raises":
        raise LookupError


@in_streams
def test_a_process_that_stops_in_the_middle_of_a_reply_delays_no_other_call(
    make_pool: MakePool, make_gate: MakeGate
) -> None:
    gate, pool = make_gate(), make_pool(2, replace_workers=True)
    half = pool.submit(write_half, gate.address)
    gate.wait_for(1)
    assert [pool.submit(calls.add, number).result(PATIENCE_S) for number in range(5)] == [0, 1, 2, 3, 4]
    assert half.running()
    pool.kill_workers()
    assert isinstance(half.exception(PATIENCE_S), BrokenProcessPool)


# Errors that did not arrive as they were sent


@pytest.mark.parametrize("end", [0, 1, 10, 40, -1])
def test_an_error_that_is_cut_off_still_ends_its_call(make_pool: MakePool, end: int) -> None:
    """Inside: an outcome is whether it is a result, and a pickle."""
    cut = pickle.dumps(("traceback", pickle.dumps(ValueError("no"))))[:end]
    pool = make_pool(1, replace_workers=True)
    assert pool.submit(forge, [(False, cut)], 0, True, 0.0, 0.0, None).exception(PATIENCE_S) is not None
    assert_that_one_is_lost_at_most([pool.submit(calls.add, number) for number in range(3)])


def a_reply(number: int, outcomes: Any, is_last: bool) -> bytes:
    return pickle.dumps(tuple(Reply(number, outcomes, 0, is_last, 0.0, 0.0, None)))


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@settings(derandomize=True, deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.one_of(
            # A message that begins like this would announce memory and a descriptor beside it.
            st.binary(max_size=60).filter(lambda message: message[:1] != b"N"),
            st.sampled_from([END, READY, BEGUN]),
            st.builds(a_reply, st.integers(-1, 3), st.lists(st.integers(), max_size=3), st.booleans()),
            st.integers(0, 60).map(lambda end: a_reply(1, ["cut"], True)[:end]),
        ),
        max_size=4,
    ),
    st.booleans(),
)
def test_whatever_a_process_sends_every_call_ends_and_the_pool_goes_on(messages: list[bytes], then_die: bool) -> None:
    context = multiprocessing.get_context(START_METHODS[0])
    with ProcessPoolExecutor(1, context, replace_workers=True) as pool:
        futures: list[Future[Any]] = [pool.submit(send, messages, then_die=then_die)]
        futures += [pool.submit(calls.add, number) for number in range(3)]
        errors = [future.exception(PATIENCE_S) for future in futures]
        assert all(error is None or isinstance(error, WorkerDiedError | CallUnpicklingError) for error in errors)
        assert pool.submit(calls.add, 7).result(PATIENCE_S) == 7
