"""A worker process that sends what is no reply costs itself and its call; the thread that reads never waits for it."""

import multiprocessing
import os
import pickle
import struct
import sys
from collections.abc import Iterator
from contextlib import closing
from multiprocessing.connection import Connection, Pipe
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pool_lab import BrokenProcessPool, CallUnpicklingError, Future, ProcessPoolExecutor, WorkerDiedError
from pool_lab.processes.inbox import Inbox
from pool_lab.processes.messages import dumps_together, outcome, raised
from pool_lab.processes.replies import NO_WORKTIME, BadReplyError, Reply, ReplyKind
from tests.contract import calls
from tests.contract.gates import PATIENCE_S, Address, knock
from tests.library.watching import MakeGate, MakePool

START_METHODS = [name for name in ("fork", "forkserver", "spawn") if name in multiprocessing.get_all_start_methods()]

in_streams = pytest.mark.skipif(os.name == "nt", reason="pipes keep messages apart here")
quickly = settings(derandomize=True, deadline=None, max_examples=60)


@pytest.fixture
def kind() -> str:
    return "forkserver" if "forkserver" in START_METHODS else "spawn"


# Messages


@pytest.fixture
def pipe() -> "Iterator[tuple[Connection[Any, Any], Connection[Any, Any]]]":
    ours, theirs = Pipe()
    with ours, theirs:
        yield ours, theirs


def framed(messages: list[bytes]) -> bytes:
    """The messages as multiprocessing writes them."""
    ours, theirs = Pipe()
    with ours, theirs:
        stream = b""
        for message in messages:
            theirs.send_bytes(message)
            stream += os.read(ours.fileno(), 2 * len(message) + 100)
    return stream


@in_streams
@quickly
@given(st.lists(st.binary(max_size=300)), st.lists(st.integers(1, 200)), st.binary(max_size=3))
def test_messages_arrive_whole_however_their_bytes_do(messages: list[bytes], cuts: list[int], rest: bytes) -> None:
    stream, got = framed(messages) + rest, []
    ours, theirs = Pipe()
    with ours, theirs, closing(Inbox(ours)) as inbox:
        for cut in [*cuts, len(stream)]:
            piece, stream = stream[:cut], stream[cut:]
            if piece:
                os.write(theirs.fileno(), piece)
            while (message := inbox.next()) is not None:
                got.append(message)
    assert got == messages
    assert not inbox.has_ended


@in_streams
def test_a_message_longer_than_any_pipe_arrives_piece_by_piece(pipe: tuple[Any, Any]) -> None:
    ours, theirs = pipe
    message = os.urandom(1_000_000)
    # The form for those of 2 GB and more is the same for a shorter one.
    stream = struct.pack("!iQ", -1, len(message)) + message
    with closing(Inbox(ours)) as inbox:
        for at in range(0, len(stream), 5000):
            assert inbox.next() is None
            os.write(theirs.fileno(), stream[at : at + 5000])
        assert inbox.next() == message


@in_streams
def test_an_inbox_knows_the_end_and_loses_nothing_before_it(pipe: tuple[Any, Any]) -> None:
    ours, theirs = pipe
    with closing(Inbox(ours)) as inbox:
        theirs.send_bytes(b"last words")
        os.write(theirs.fileno(), b"\x00\x00")
        theirs.close()
        assert (inbox.next(), inbox.has_ended) == (b"last words", False)
        assert (inbox.next(), inbox.has_ended, inbox.left_unread) == (None, True, False)
        assert inbox.next() is None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says so")
def test_on_linux_an_inbox_knows_that_the_other_end_has_not_read_everything(pipe: tuple[Any, Any]) -> None:
    ours, theirs = pipe
    with closing(Inbox(ours)) as inbox:
        theirs.send_bytes(b"last words")
        ours.send_bytes(b"unheard")
        theirs.close()
        assert (inbox.next(), inbox.left_unread) == (b"last words", False)
        assert (inbox.next(), inbox.has_ended, inbox.left_unread) == (None, True, True)


# Replies

REPLY = Reply(ReplyKind.RETURNED, 0, NO_WORKTIME, pickle.dumps(1))


@quickly
@given(st.binary(max_size=100))
def test_bytes_are_a_reply_or_a_bad_one(message: bytes) -> None:
    try:
        reply = Reply.from_bytes(message)
    except BadReplyError:
        return
    assert isinstance(reply.kind, ReplyKind)
    # Not compared as they are: a number that is none is not equal to itself.
    assert len(reply.to_bytes()) == len(message)


@pytest.mark.parametrize("end", range(len(pickle.dumps((ValueError("no"), "traceback")))))
def test_an_error_that_did_not_arrive_whole_is_still_an_error(end: int) -> None:
    payload = pickle.dumps((ValueError("no"), "traceback"))[:end]
    assert isinstance(raised(payload, "the exception"), CallUnpicklingError)
    assert isinstance(outcome(Reply(ReplyKind.RAISED, 0, NO_WORKTIME, payload), abs)[1], CallUnpicklingError)


class _ErrorNoMore(Exception):
    """Is a list where it arrives."""

    def __reduce__(self) -> tuple[Any, ...]:
        return list, ()


@pytest.mark.parametrize("value", [1, (1,), (1, 2, 3), ("text", "traceback"), (_ErrorNoMore(), "traceback")])
def test_what_is_no_error_with_its_text_becomes_one(value: object) -> None:
    assert isinstance(raised(pickle.dumps(value), "the exception"), CallUnpicklingError)


# Workers


def connection_of_this_worker() -> "Connection[bytes, bytes]":
    """From the loop that makes the calls."""
    frame = sys._getframe()
    while frame is not None:
        if frame.f_code.co_name == "main" and "connection" in frame.f_locals:
            connection: Connection[bytes, bytes] = frame.f_locals["connection"]
            return connection
        frame = frame.f_back  # type: ignore[assignment]
    raise LookupError("not in a worker")


def send(messages: list[bytes], *, then_die: bool = False) -> None:
    """Send these before the reply to this very call."""
    connection = connection_of_this_worker()
    for message in messages:
        connection.send_bytes(message)
    if then_die:
        os._exit(8)


def write(raw: bytes, gate: Address) -> None:
    """Write half a message, and never the other half."""
    os.write(connection_of_this_worker().fileno(), raw)
    knock(gate)
    multiprocessing.Event().wait()


def returned(request: int, value: object) -> bytes:
    return Reply(ReplyKind.RETURNED, request, NO_WORKTIME, pickle.dumps(value)).to_bytes()


def together(request: int, results: dict[int, str]) -> bytes:
    return Reply(ReplyKind.TOGETHER, request, NO_WORKTIME, dumps_together([*results.items()])).to_bytes()


def bare(kind: ReplyKind, request: int = 0) -> bytes:
    return Reply(kind, request, NO_WORKTIME, b"").to_bytes()


NOT_ASKED_FOR = {
    "nothing": b"",
    "garbage": b"\xff" * 50,
    "half a head": REPLY.to_bytes()[:10],
    "the arrival again": bare(ReplyKind.ARRIVED),
    "an initializer's failure": bare(ReplyKind.UNPREPARED),
    "an answer to the call before": returned(0, "old"),
    "an answer to the call after": returned(2, "new"),
    "answers to calls that it has not taken": together(1, {1: "new", 2: "new"}),
    "answers that begin with another call": together(1, {0: "old", 1: "new"}),
    "answers to none": together(1, {}),
    "answers that are none": Reply(ReplyKind.TOGETHER, 1, NO_WORKTIME, pickle.dumps(7)).to_bytes(),
    "half of the answers": together(1, {1: "new"})[:-3],
}


@pytest.mark.parametrize("message", NOT_ASKED_FOR.values(), ids=NOT_ASKED_FOR.keys())
def test_a_worker_that_sends_what_is_no_reply_is_ended(make_pool: MakePool, message: bytes) -> None:
    pool = make_pool(1, replace_workers=True)
    pool.submit(calls.add, 1).result(PATIENCE_S)
    error = pool.submit(send, [message]).exception(PATIENCE_S)
    assert type(error) is WorkerDiedError
    assert "was ended because it sent" in str(error)
    assert "while it ran call 1, send" in str(error)
    assert pool.submit(calls.add, 2).result(PATIENCE_S) == 2


def test_by_default_that_breaks_the_pool_like_any_death(make_pool: MakePool) -> None:
    pool = make_pool(1)
    error = pool.submit(send, [b"garbage"]).exception(PATIENCE_S)
    assert type(error) is BrokenProcessPool
    assert "was ended because it sent 7 bytes that are no reply" in str(error)


def test_a_reply_that_comes_twice_answers_no_other_call(make_pool: MakePool) -> None:
    pool = make_pool(1, replace_workers=True)
    futures: list[Future[Any]] = [pool.submit(send, [returned(0, "forged")])]
    futures += [pool.submit(calls.add, number) for number in range(5)]
    # The forged reply is as good as the true one, which then comes out of turn.
    assert futures[0].result(PATIENCE_S) == "forged"
    outcomes = [future.exception(PATIENCE_S) for future in futures[1:]]
    # The worker may have gone on with the calls that it had been sent when the second reply is read.
    assert all(error is None or type(error) is WorkerDiedError for error in outcomes)
    assert [future.result() for future, error in zip(futures[1:], outcomes, strict=True) if error is None] == [
        number for number, error in enumerate(outcomes) if error is None
    ]
    assert pool.submit(calls.add, 7).result(PATIENCE_S) == 7


@in_streams
def test_a_worker_that_stops_half_way_through_a_reply_keeps_nobody_waiting(
    make_pool: MakePool, make_gate: MakeGate
) -> None:
    gate, pool = make_gate(), make_pool(2, replace_workers=True)
    half = pool.submit(write, framed([REPLY.to_bytes()])[:-1], gate.address)
    gate.wait_for(1)
    assert [pool.submit(calls.add, number).result(PATIENCE_S) for number in range(5)] == [0, 1, 2, 3, 4]
    assert half.running()
    pool.kill_workers()
    assert isinstance(half.exception(PATIENCE_S), BrokenProcessPool)


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@settings(derandomize=True, deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=60),
            st.builds(bare, st.sampled_from(ReplyKind), st.integers(0, 2)),
            st.builds(returned, st.sampled_from([0, 2]), st.integers()),
            st.integers(0, 60).map(lambda end: returned(0, "cut")[:end]),
        ),
        max_size=4,
    ),
    st.booleans(),
)
def test_whatever_a_worker_sends_every_call_ends_and_the_pool_goes_on(messages: list[bytes], then_die: bool) -> None:
    context = multiprocessing.get_context(START_METHODS[0])
    with ProcessPoolExecutor(1, context, replace_workers=True) as pool:
        futures: list[Future[Any]] = [pool.submit(send, messages, then_die=then_die)]
        futures += [pool.submit(calls.add, number) for number in range(3)]
        errors = [future.exception(PATIENCE_S) for future in futures]
        assert all(error is None or isinstance(error, WorkerDiedError | CallUnpicklingError) for error in errors)
        # Those that the worker had begun are lost with it; the next one has another worker.
        assert pool.submit(calls.add, 7).result(PATIENCE_S) == 7
