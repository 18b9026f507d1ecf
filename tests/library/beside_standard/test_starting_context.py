"""The context in which a new worker starts, as with the standard pool of the running Python."""

import decimal
import multiprocessing
import sys
from contextvars import ContextVar
from decimal import Decimal

import numpy as np
import pytest

from tests.contract.gates import PATIENCE_S
from tests.library.watching import MakePool, on_threads
from tests.scripts import run_like_a_kernel

user: ContextVar[str] = ContextVar("user", default="nobody")


def look(_: object = None) -> tuple[str, str, str]:
    return user.get(), str(Decimal(1) / 3), np.geterr()["divide"]


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("kind", ["fork"], indirect=True)
def test_a_forked_process_computes_in_the_context_of_its_submitter(make_pool: MakePool) -> None:
    token = user.set("submitter")
    try:
        with decimal.localcontext(prec=3), np.errstate(divide="raise"):
            pool = make_pool(1)
            assert pool.submit(look).result(PATIENCE_S) == ("submitter", "0.333", "raise")
            assert list(pool.map(look, range(3))) == [("submitter", "0.333", "raise")] * 3
    finally:
        user.reset(token)


@on_threads
def test_numpys_error_state_is_that_of_the_workers_thread(make_pool: MakePool) -> None:
    pool = make_pool(1, initializer=np.seterr, initargs=("raise",))
    with np.errstate(divide="ignore"):
        assert [pool.submit(look).result(PATIENCE_S)[2], *(seen[2] for seen in pool.map(look, [1, 2]))] == ["raise"] * 3


INHERIT = """
import threading
from contextvars import ContextVar
from {library} import ThreadPoolExecutor

user, runs = ContextVar("user", default="nobody"), ContextVar("runs", default=0)
meeting = threading.Barrier(3)

def look(_):
    meeting.wait({patience})
    return user.get(), runs.get()

user.set("submitter")
with ThreadPoolExecutor(3, initializer=lambda: runs.set(runs.get() + 1)) as pool:
    pool.submit(user.set, "a call").result()
    while pool.submit(threading.active_count).result() != 2: pass
    print(sorted(pool.map(look, range(3))))
"""


@pytest.mark.skipif(sys.version_info < (3, 14), reason="from Python 3.14 on, threads may inherit a context")
def test_every_thread_inherits_from_the_submitter(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one that starts because another has found several inputs of a map."""
    monkeypatch.setenv("PYTHON_THREAD_INHERIT_CONTEXT", "1")
    (seen,) = run_like_a_kernel(INHERIT.format(library=library, patience=PATIENCE_S))
    assert seen == "[('a call', 1), ('submitter', 1), ('submitter', 1)]"
