"""Servers on this machine answer when they should, hand requests to their executor, and leave nothing behind."""

import concurrent.futures
import http.client
import threading
from collections.abc import Iterator

import pytest

from pool_lab import FIRST_COMPLETED, ThreadPoolExecutor, wait
from pool_lab.events import Event, EventKind
from pool_lab.lab import race, workloads
from pool_lab.lab.recording.recorder import Recorder
from pool_lab.lab.work.servers import Gate, Server, after, broken, fetch, mirrors
from pool_lab.lab.work.thread_per_call import ThreadPerCall

Executor = concurrent.futures.Executor


@pytest.fixture
def clients() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as pool:
        yield pool


def test_a_server_answers_with_the_page_of_the_path() -> None:
    with Server(after(0)) as server:
        assert fetch(server.url) == "<title>/</title>"
        assert fetch(f"{server.url}page/7") == "<title>/page/7</title>"


def test_a_server_is_reached_from_this_machine_only() -> None:
    with Server(after(0)) as server:
        assert server.url.startswith("http://127.0.0.1:")
        assert server.server_address[0] == "127.0.0.1"


def test_a_broken_mirror_says_what_is_wrong_and_who_said_it() -> None:
    with (
        mirrors(broken) as (url,),
        pytest.raises(OSError, match=r"503 Service Unavailable: .* cannot be read") as caught,
    ):
        fetch(url)
    assert caught.value.__notes__ == [f"from {url}"]


def test_a_mirror_behind_a_gate_answers_when_told(clients: ThreadPoolExecutor) -> None:
    gate = Gate()
    with mirrors(after(0), gate) as (open_to_all, gated):
        waiting = clients.submit(fetch, gated)
        gate.wait_for(1)
        first = wait([waiting, clients.submit(fetch, open_to_all)], return_when=FIRST_COMPLETED)
        assert not waiting.done()
        assert {future.result() for future in first.done} == {"<title>/</title>"}
        gate.open()
        assert waiting.result() == "<title>/</title>"


def test_closing_a_server_lets_those_at_its_gate_through(clients: ThreadPoolExecutor) -> None:
    gate = Gate()
    with Server(gate) as server:
        waiting = [clients.submit(fetch, server.url) for _ in range(3)]
        gate.wait_for(3)
    assert [future.result() for future in waiting] == ["<title>/</title>"] * 3


def test_a_closed_server_is_not_there_any_more() -> None:
    with Server(after(0)) as server:
        pass
    server.close()
    with pytest.raises(ConnectionRefusedError):
        fetch(server.url)


@pytest.mark.parametrize(
    "pool_class", [ThreadPoolExecutor, concurrent.futures.ThreadPoolExecutor], ids=["ours", "standard"]
)
def test_a_pool_bounds_how_many_requests_are_answered_at_once(
    clients: ThreadPoolExecutor, pool_class: type[Executor]
) -> None:
    inside, most, lock = 0, 0, threading.Lock()
    pair = threading.Barrier(2)  # opens only if two are inside

    def answer(path: str) -> str:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        pair.wait(30)
        with lock:
            inside -= 1
        return path

    with pool_class(2) as pool, Server(answer, pool) as server:  # type: ignore[call-arg]
        assert list(clients.map(fetch, [f"{server.url}{page}" for page in range(6)])) == [
            f"/{page}" for page in range(6)
        ]
    assert most == 2


def test_without_a_pool_every_request_has_a_thread_of_its_own(clients: ThreadPoolExecutor) -> None:
    everyone, threads = threading.Barrier(8), set()

    def answer(path: str) -> str:
        threads.add(threading.get_ident())
        everyone.wait(30)
        return path

    with Server(answer) as server:
        list(clients.map(fetch, [server.url] * 8))
    assert len(threads) == 8


def test_a_request_that_the_pool_does_not_take_is_hung_up_on(capfd: pytest.CaptureFixture[str]) -> None:
    pool = ThreadPoolExecutor(1)
    with Server(after(0), pool) as server:
        pool.shutdown()
        with pytest.raises((http.client.HTTPException, ConnectionError)):
            fetch(server.url)
    assert capfd.readouterr().err == ""


def test_a_request_whose_call_is_cancelled_is_hung_up_on(clients: ThreadPoolExecutor) -> None:
    gate, both_came = Gate(), threading.Event()

    def listen(happened: Event) -> None:
        if happened.kind is EventKind.SUBMITTED and happened.call == 1:
            both_came.set()

    pool = ThreadPoolExecutor(1, observer=listen)
    with Server(gate, pool) as server:
        answered = clients.submit(fetch, server.url)
        gate.wait_for(1)
        queued = clients.submit(fetch, server.url)
        assert both_came.wait(30)
        pool.shutdown(wait=False, cancel_futures=True)
        assert isinstance(queued.exception(), http.client.HTTPException | ConnectionError)
        gate.open()
        assert answered.result() == "<title>/</title>"


def test_a_thread_per_call_is_told_like_a_pool() -> None:
    executor, recorder, everyone = ThreadPerCall(), Recorder(0), threading.Barrier(3)
    executor.add_observer(recorder)
    with executor:
        for _ in range(2):
            wait([executor.submit(everyone.wait, 30) for _ in range(3)])
    trace = recorder.trace
    assert (len(trace.lanes), trace.most_at_once) == (6, 3)
    assert all(lane.stopped is not None for lane in trace.lanes)


def test_a_thread_per_call_takes_no_call_after_shutdown() -> None:
    executor = ThreadPerCall()
    executor.shutdown()
    executor.shutdown()
    with pytest.raises(RuntimeError, match="after shutdown"):
        executor.submit(int)


def test_what_a_call_in_a_thread_of_its_own_raises_is_in_its_future() -> None:
    with ThreadPerCall() as executor:
        assert isinstance(executor.submit(int, "seven").exception(), ValueError)


def test_pages_can_be_fetched_by_threads_and_by_processes() -> None:
    pages = race(workloads.fetch(calls=6, delay_s=0), workers=2)
    pages.start()
    assert pages.wait(60)
    assert {name: len(trace.finish_order) for name, trace in pages.trace.items()} == {"threads": 6, "processes": 6}
