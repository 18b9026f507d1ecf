from collections.abc import Iterable

import pytest

from pool_lab.lab.model.clock import CORE, PYTHON, UNTIL, WAIT, Clock, Step, Task


def run(clock: Clock, *works: Iterable[Step | None]) -> list[float]:
    """The moments at which tasks with these steps end, in their order."""
    ends = [-1.0] * len(works)

    def task(place: int, steps: Iterable[Step | None]) -> Task:
        yield from steps
        ends[place] = clock.now

    for place, steps in enumerate(works):
        clock.start(task(place, steps))
    clock.run()
    return ends


def test_waiting_needs_no_core() -> None:
    assert run(Clock(1), *[[(WAIT, 2.0)]] * 50) == [2.0] * 50


def test_tasks_that_need_a_core_share_the_cores_evenly() -> None:
    assert run(Clock(2), *[[(CORE, 1.0)]] * 2) == [1, 1]
    assert run(Clock(2), *[[(CORE, 1.0)]] * 8) == [4] * 8
    assert run(Clock(1), [(CORE, 1.0)], [(CORE, 2.0)]) == [2, 3]  # at half speed until 2, then alone


def test_tasks_that_want_the_gil_are_one_runnable_thread_however_many_they_are() -> None:
    assert run(Clock(4), *[[(PYTHON, 1.0)]] * 3) == [3, 3, 3]
    # On one core that thread has half of it while another one computes without the GIL.
    assert run(Clock(1), [(PYTHON, 1.0)], [(PYTHON, 1.0)], [(CORE, 2.0)]) == [4, 4, 4]
    assert run(Clock(2), [(PYTHON, 1.0)], [(PYTHON, 1.0)], [(CORE, 2.0)]) == [2, 2, 2]


def test_without_a_gil_python_needs_a_core_and_nothing_else() -> None:
    assert run(Clock(4, gil=False), *[[(PYTHON, 1.0)]] * 3) == [1, 1, 1]
    assert run(Clock(1, gil=False), [(PYTHON, 1.0)], [(CORE, 1.0)]) == [2, 2]


def test_a_task_that_comes_later_slows_the_others_down_from_then_on() -> None:
    assert run(Clock(1), [(CORE, 2.0)], [(UNTIL, 1.0), (CORE, 2.0)]) == [3, 4]


def test_cores_need_not_be_whole() -> None:
    assert run(Clock(1.5), *[[(CORE, 1.0)]] * 3) == [2, 2, 2]


def test_the_gil_loses_its_share_only_while_several_want_it() -> None:
    assert run(Clock(4, gil_loss=0.5), [(PYTHON, 1.0)]) == [1]
    assert run(Clock(4, gil_loss=0.5), [(PYTHON, 1.0)], [(PYTHON, 1.0)]) == [4, 4]


def test_steps_of_no_length_take_no_time_and_happen_in_their_order() -> None:
    order: list[int] = []

    def task(number: int) -> Task:
        yield WAIT, 0.0
        yield CORE, 0.0
        order.append(number)
        yield None  # sleeps until somebody starts it, which nobody does
        order.append(-1)

    clock = Clock(1)
    for number in range(5):
        clock.start(task(number))
    clock.run()
    assert (order, clock.now) == ([0, 1, 2, 3, 4], 0)


def test_time_passes_to_the_moment_asked_for_even_if_nothing_happens() -> None:
    clock = Clock(1)
    clock.run(until=5.0)
    assert clock.now == 5
    clock.run(until=3.0)
    assert clock.now == 5
    clock.run()
    assert clock.now == 5


def test_tasks_that_are_forgotten_take_no_more_time_on_a_core() -> None:
    clock = Clock(1)

    def task() -> Task:
        yield CORE, 1.0

    first, second = task(), task()
    clock.start(first)
    clock.start(second)
    clock.run(until=1.0)
    clock.forget({first})
    clock.run()
    assert clock.now == pytest.approx(1.5)


def test_what_was_served_stays_exact_after_a_million_seconds() -> None:
    assert run(Clock(1), [(CORE, 1e6)], [(UNTIL, 1e6 - 1), (CORE, 1e-3)]) == pytest.approx([1e6 + 1e-3, 1e6 - 1 + 2e-3])
