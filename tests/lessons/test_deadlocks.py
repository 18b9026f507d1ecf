"""A deadlock is seen at once, in whatever pool it is, and nothing else is taken for one."""

import pytest

from pool_lab.lab.trace.span import CallState
from pool_lab.lessons.exercises.attempt import Attempt, Setup, try_answer
from pool_lab.lessons.exercises.evidence import call, nothing
from pool_lab.lessons.exercises.messages import AttemptEnding
from tests.lessons.answer_files import function_of

PATIENT = Setup(call, nothing)
POOLS = pytest.mark.parametrize("home", ["pool_lab", "concurrent.futures"])


def of(body: str, setup: Setup = PATIENT) -> Attempt:
    return try_answer(setup, function_of(body))


@POOLS
def test_every_worker_waits_for_another_call(home: str) -> None:
    attempt = of(f"""
        import threading
        from {home} import ThreadPoolExecutor
        pool, both_run = ThreadPoolExecutor(2), threading.Barrier(2)
        def outer():
            both_run.wait()
            return pool.submit(abs, -1).result()
        return [future.result() for future in [pool.submit(outer) for _ in range(2)]]
    """)
    assert attempt.ending is AttemptEnding.DEADLOCK
    assert attempt.waits == (
        "your code waits for the result of a call that is running, in line 8",
        *["a worker waits for the result of a call that has not been started, in line 7"] * 2,
    )
    assert attempt.counts == {CallState.RUNNING: 2, CallState.QUEUED: 2}


@POOLS
def test_a_deadlock_at_the_end_of_a_with_block_is_one_too(home: str) -> None:
    attempt = of(f"""
        import threading
        from {home} import ThreadPoolExecutor, wait
        is_waited_for = threading.Event()
        def outer():
            inner = pool.submit(abs, -1)
            is_waited_for.set()
            wait([inner])
        with ThreadPoolExecutor(1) as pool:
            pool.submit(outer)
            is_waited_for.wait()
    """)
    assert attempt.ending is AttemptEnding.DEADLOCK
    assert "your code waits in shutdown until a pool's last call is done, in line 9" in attempt.waits


@POOLS
def test_idle_processes_do_not_end_a_deadlock(home: str) -> None:
    attempt = of(f"""
        from {home} import Future, ProcessPoolExecutor
        with ProcessPoolExecutor(1) as pool:
            pool.submit(abs, -1).result()
            Future().result()
    """)
    assert attempt.ending is AttemptEnding.DEADLOCK
    assert attempt.waits == ("your code waits for the result of a call that has not been started, in line 5",)


def test_of_a_pool_that_a_learner_wrote_nobody_claims_that_a_call_was_not_started() -> None:
    """It need not tell its futures."""
    attempt = of("""
        from concurrent.futures import Executor
        from pool_lab import Future
        from pool_lab.lessons.exercises.child import watch
        class Forgetful(Executor):
            def submit(self, fn, /, *args):
                fn(*args)
                return Future()
        pool = Forgetful()
        watch(pool, in_threads=True)
        return pool.submit(abs, -1).result()
    """)
    assert attempt.ending is AttemptEnding.DEADLOCK
    assert attempt.waits == ("your code waits for the result of a call that has no outcome yet, in line 11",)


def test_a_thread_that_waits_for_another_to_end_says_so() -> None:
    attempt = of("""
        import threading
        stuck = threading.Thread(target=lambda: threading.Event().wait(), daemon=True)
        stuck.start()
        stuck.join()
    """)
    assert attempt.ending is AttemptEnding.DEADLOCK
    assert attempt.waits[0] == "your code waits until a thread ends, in line 5"


@POOLS
def test_processes_that_take_long_to_end_are_waited_for(home: str) -> None:
    attempt = of(f"""
        import multiprocessing, time
        from {home} import ProcessPoolExecutor
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, context, multiprocessing.util.Finalize, (None, time.sleep, (1,), None, 1)) as pool:
            return pool.submit(abs, -1).result()
    """)
    assert (attempt.ending, attempt.result) == (AttemptEnding.RETURNED, 1)


@POOLS
def test_processes_that_have_a_call_may_wake_someone(home: str) -> None:
    attempt = of(f"""
        import time
        from {home} import Future, ProcessPoolExecutor
        with ProcessPoolExecutor(1) as pool:
            first, second = Future(), pool.submit(time.sleep, 1)
            second.add_done_callback(lambda _: first.set_result("woken"))
            return first.result()
    """)
    assert attempt.result == "woken"


def test_a_wait_with_a_limit_is_no_deadlock() -> None:
    attempt = of("""
        from pool_lab import Future
        try:
            Future().result(timeout=1)
        except TimeoutError:
            return "time is up"
    """)
    assert attempt.result == "time is up"


def test_a_long_nap_beside_waiting_calls_is_no_deadlock() -> None:
    attempt = of("""
        import time
        from pool_lab import ThreadPoolExecutor
        with ThreadPoolExecutor(1) as pool:
            return [pool.submit(lambda: time.sleep(1)).result() for _ in range(1)]
    """)
    assert attempt.result == [None]


def test_a_thread_that_is_slow_to_start_is_no_deadlock() -> None:
    attempt = of(
        """
        import threading
        slow = threading.Thread()
        slow._bootstrap = lambda: None  # the new thread never says that it runs
        slow.start()
        """,
        Setup(call, nothing, patience_s=1.5),
    )
    assert attempt.ending is AttemptEnding.STUCK
