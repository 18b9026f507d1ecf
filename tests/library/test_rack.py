"""Each request on the rack is taken once, by a worker or by the pool; its place is used again, but never too early."""

import multiprocessing
import os
import pickle
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from pool_lab.processes.memory import can_be_sent
from pool_lab.processes.rack import ALONE, LONGEST, MOST, Rack
from tests.contract import calls
from tests.contract.kinds import START_METHODS

pytestmark = pytest.mark.skipif(not can_be_sent(), reason="there is no memory that could be sent")


@pytest.fixture
def rack() -> Iterator[Rack]:
    rack = Rack()
    yield rack
    rack.close()


def page(*numbers: int) -> bytes:
    return pickle.dumps((calls.add, [(number,) for number in numbers]))


def lay(rack: Rack, *numbers: int) -> int:
    place = rack.free_place()
    requests = {number: which for which, number in enumerate(numbers)}
    assert rack.lay(place, page(*numbers), requests, together=True)
    return place


def taken(rack: Rack) -> Any:
    letter = rack.pickup.next()
    if letter is None:
        return None
    number, unpickle, together = letter
    assert together
    function, args, kwargs = unpickle()
    return number, function(*args, **kwargs)


def test_requests_are_taken_in_the_order_in_which_they_were_laid(rack: Rack) -> None:
    lay(rack, 1, 2, 3)
    lay(rack, 4, 5)
    assert [taken(rack) for _ in range(6)] == [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5), None]


def test_what_the_pool_takes_back_no_worker_gets(rack: Rack) -> None:
    lay(rack, 1, 2, 3)
    assert taken(rack) == (1, 1)
    assert rack.take_back() == [2, 3]
    assert taken(rack) is None
    assert rack.take_back() == []


def test_no_worker_gets_what_lies_behind_a_request_that_is_taken_back(
    rack: Rack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or calls would begin out of turn. Here a worker is as quick as can be."""
    lay(rack, 1, 2, 3)
    lay(rack, 4)
    read, by_worker = os.read, []

    def read_beside_a_worker(descriptor: int, size: int) -> bytes:
        tokens = read(descriptor, size)
        monkeypatch.setattr(os, "read", read)
        by_worker.append(taken(rack))
        return tokens

    monkeypatch.setattr(os, "read", read_beside_a_worker)
    assert (rack.take_back(), by_worker) == ([1, 2, 3, 4], [None])


def test_a_page_that_was_not_written_to_its_end_is_not_laid(rack: Rack, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(os, "pwrite", lambda descriptor, page, where: len(page) - 1)
        place = rack.free_place()
        assert not rack.lay(place, page(1), {1: 0}, together=True)
    assert rack.take_back() == []
    assert rack.free_place() == place


def test_the_pool_can_take_the_first_as_well(rack: Rack) -> None:
    lay(rack, 1, 2)
    request = pickle.dumps((calls.add, (3,), {"more": 4}))
    assert rack.lay(rack.free_place(), request, {3: ALONE}, together=False)
    assert [rack.take_first() for _ in range(4)] == [(1, None), (2, None), (3, request), None]


def test_a_place_is_free_when_all_of_its_page_was_taken(rack: Rack) -> None:
    first, second = lay(rack, 1, 2), lay(rack, 3)
    assert first != second
    rack.let_go([first])
    assert lay(rack, 4) not in {first, second}
    rack.let_go([second, first])
    assert {lay(rack, 5), lay(rack, 6)} == {first, second}
    place = rack.free_place()
    assert rack.lay(place, b"", {}, together=True)  # none of its calls is to be made
    assert rack.free_place() == place


def test_another_page_in_the_same_place_is_read_anew(rack: Rack) -> None:
    place = lay(rack, 1)
    assert taken(rack) == (1, 1)
    rack.let_go([place])
    assert lay(rack, 2) == place
    assert taken(rack) == (2, 2)


def test_a_worker_keeps_no_page_when_nothing_lies_ready(rack: Rack) -> None:
    lay(rack, 1)
    assert taken(rack) == (1, 1)
    page_of_worker = weakref.ref(rack.pickup._page)
    assert taken(rack) is None
    assert page_of_worker() is None


def test_a_rack_that_is_full_says_so_and_keeps_nothing(rack: Rack) -> None:
    laid = 0
    while rack.lay(place := rack.free_place(), page(*range(MOST)), {laid + n: n for n in range(MOST)}, together=True):
        laid += MOST
    assert rack.free_place() == place
    assert rack.take_back() == list(range(laid))


def test_pages_of_any_length_lie_beside_each_other(rack: Rack) -> None:
    texts = ["x" * (LONGEST - 100), "", "y" * 5000]
    for number, text in enumerate(texts):
        request = pickle.dumps((len, (text,), {}))
        assert rack.lay(rack.free_place(), request, {number: ALONE}, together=True)
    assert [taken(rack) for _ in texts] == [(number, len(text)) for number, text in enumerate(texts)]


def take_all(pickup: Any, results: Any) -> None:
    numbers = []
    while (letter := pickup.next()) is not None:
        numbers.append(letter[0])
    results.put(numbers)


@pytest.mark.parametrize("method", START_METHODS)
def test_processes_share_what_lies_there(rack: Rack, method: str) -> None:
    context: Any = multiprocessing.get_context(method)
    for begin in range(0, 640, MOST):
        lay(rack, *range(begin, begin + MOST))
    results = context.SimpleQueue()
    processes = [context.Process(target=take_all, args=(rack.pickup, results)) for _ in range(2)]
    for process in processes:
        process.start()
    ours = []
    while (letter := rack.pickup.next()) is not None:
        ours.append(letter[0])
    theirs = [results.get() for _ in processes]
    for process in processes:
        process.join()
        process.close()
    results.close()
    assert sorted([*ours, *theirs[0], *theirs[1]]) == list(range(640))
    for numbers in (ours, *theirs):
        assert numbers == sorted(numbers)
