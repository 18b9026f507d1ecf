"""Context variables: what a call in a thread sees of them, and what it leaves."""

from contextvars import ContextVar

from tests.contract.gates import PATIENCE_S, stand_at
from tests.contract.kinds import MakeGate, MakePool, beyond_standard, on_threads

user: ContextVar[str] = ContextVar("user", default="nobody")
connection: ContextVar[str] = ContextVar("connection")

pytestmark = on_threads

not_carried = beyond_standard("a call sees the context of its worker's thread")


@not_carried
def test_a_call_sees_the_context_variables_as_they_were_when_it_was_submitted(
    make_pool: MakePool, make_gate: MakeGate
) -> None:
    gate, pool = make_gate(), make_pool(1)
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


@beyond_standard("what a call sets stays in its worker's thread")
def test_what_a_call_sets_is_seen_by_no_other_call_and_not_by_the_submitter(make_pool: MakePool) -> None:
    pool = make_pool(1)
    pool.submit(user.set, "changed").result(PATIENCE_S)
    assert pool.submit(user.get).result(PATIENCE_S) == "nobody"
    assert user.get() == "nobody"


def test_every_call_sees_what_the_initializer_has_set(make_pool: MakePool) -> None:
    pool = make_pool(1, initializer=connection.set, initargs=("open",))
    token = connection.set("the submitter's")
    try:
        assert [pool.submit(connection.get).result(PATIENCE_S) for _ in range(2)] == ["open", "open"]
    finally:
        connection.reset(token)


@beyond_standard("what a call sets stays in its worker's thread")
def test_what_the_initializer_has_set_is_not_for_calls_to_change(make_pool: MakePool) -> None:
    pool = make_pool(1, initializer=connection.set, initargs=("open",))
    pool.submit(connection.set, "closed").result(PATIENCE_S)
    assert pool.submit(connection.get).result(PATIENCE_S) == "open"
