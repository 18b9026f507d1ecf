"""A sweep measures the same calls with ever more workers, and says where more do not pay."""

import concurrent.futures
import threading
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from numpy import asarray

from pool_lab import Event, EventKind, ThreadPoolExecutor
from pool_lab.lab import sweep, workloads
from pool_lab.lab.experiments.sweep import Sweep
from pool_lab.lab.stills.sweep import sweep_axes
from pool_lab.lab.trace.serial_time import SerialTime
from pool_lab.lab.trace.span import CallState
from pool_lab.lab.trace.sweep_result import Curve, Point, curve
from pool_lab.lab.trace.sweep_words import claim, summary
from tests.lab.covers import Question


def measured(*medians: float, name: str = "threads", kind: str = "threads") -> Curve:
    """A curve over 1, 2, 4, ... workers."""
    return Curve(name, kind, tuple(Point(2**number, (speed_up,)) for number, speed_up in enumerate(medians)))


def until(*medians: float) -> int:
    point = measured(*medians).pays_until
    assert point is not None
    return point.workers


def test_without_a_front_end_a_sweep_is_over_when_sweep_returns() -> None:
    done = sweep(workloads.of(abs, range(5)), workers=[2, 1], executors=["threads", "standard threads"], rounds=2)
    for name in ("threads", "standard threads"):
        assert {many: len(times) for many, times in done.makespans[name].items()} == {1: 2, 2: 2}
        assert {many: trace.counts for many, trace in done.traces[name].items()} == {
            1: {CallState.FINISHED: 5},
            2: {CallState.FINISHED: 5},
        }
    assert done.claim() == "Threads and standard threads with 1 and 2 workers, twice."
    assert "Medians of 2 measurements." in done.summary()
    assert repr(done) == "Sweep(call abs 5 times: threads, standard threads)"


def test_a_function_of_ones_own_is_swept_in_processes_too() -> None:
    done = sweep(workloads.of(lambda number: number + 1, range(3)), workers=[1], executors=["processes"], rounds=1)
    assert done.traces["processes"][1].counts == {CallState.FINISHED: 3}


def test_so_many_workers_run_the_calls_as_the_axis_says() -> None:
    together = threading.Barrier(3)

    def meet(_: int) -> None:
        if threading.current_thread().name != "pool-lab-serial":
            together.wait(30)

    done = sweep(workloads.of(meet, range(3)), workers=[3], executors=["threads"], rounds=1)
    assert done.traces["threads"][3].most_at_once == 3


def test_rounds_go_there_and_back() -> None:
    order: list[int] = []

    def make(workers: int) -> ThreadPoolExecutor:
        order.append(workers)
        return ThreadPoolExecutor(workers)

    sweep(workloads.of(abs, [1]), workers=[1, 2, 4], executors={"mine": make}, rounds=2)
    assert order == [1, 2, 4, 4, 2, 1]


def test_a_speed_up_is_counted_from_the_calls_one_after_the_other() -> None:
    """With the loop just before and the one just after the measurement."""
    # So many workers that no loop is too slow to be compared, however busy the machine is.
    done = sweep(workloads.of(workloads.nap, [0.01] * 4), workers=[1000], executors=["threads"], rounds=2)
    (point,), serial = done.curves[0].points, done.serial
    assert serial is not None
    first, second = serial.loops
    makespans = done.makespans["threads"][1000]
    assert point.speed_ups == ((first + second) / 2 / makespans[0], second / makespans[1])


def test_what_no_pool_can_reach_is_left_out() -> None:
    def wait_in_the_loop(_: int) -> None:
        if threading.current_thread().name == "pool-lab-serial":
            time.sleep(0.2)

    done = sweep(workloads.of(wait_in_the_loop, range(2)), workers=[1, 2], executors=["threads"], rounds=1)
    assert [curve.points for curve in done.curves] == [()]
    assert {many: len(times) for many, times in done.makespans["threads"].items()} == {1: 1, 2: 1}
    assert done.summary() == "Nothing has been measured yet."


@pytest.mark.parametrize(("undecided", "rounds"), [(0, 2), (1, 4), (9, 6)])
def test_rounds_that_cannot_tell_are_followed_by_as_many_twice_at_most(undecided: int, rounds: int) -> None:
    done = sweep(
        workloads.of(abs, [1]),
        workers=[1],
        executors=["threads"],
        rounds=2,
        after=Question(is_open=True, undecided=undecided),
    )
    assert len(done.makespans["threads"][1]) == rounds


def test_stop_drops_the_waiting_calls_and_the_measurement_that_was_under_way() -> None:
    inside, gate, shut_down = threading.Event(), threading.Event(), threading.Event()

    def block(_: int) -> None:
        if threading.current_thread().name != "pool-lab-serial":
            inside.set()
            gate.wait(30)

    def notice(event: Event) -> None:
        if event.kind is EventKind.SHUT_DOWN:
            shut_down.set()

    executors = {"mine": partial(ThreadPoolExecutor, observer=notice)}
    going = Sweep(workloads.of(block, range(6)), [1, 2], executors, 3, 0.0, None)
    going.start()
    assert inside.wait(30)
    going.stop()
    assert shut_down.wait(30)
    gate.set()
    assert going.wait(30)
    assert not any(going.makespans["mine"].values())
    assert going.summary() == "Nothing has been measured yet."


def test_a_sweep_can_be_run_again_over_another_workload() -> None:
    done = sweep(workloads.of(abs, range(8)), workers=[1], executors=["threads"], rounds=1)
    before = done.traces["threads"][1]
    done.vary(calls=2)
    assert done.traces["threads"][1].events == before.events, "it counts for the next run"
    done.start()
    assert done.wait(30)
    assert len(done.traces["threads"][1].spans) == 2
    assert len(done.makespans["threads"][1]) == 1


def test_a_sweep_that_was_not_run_says_so() -> None:
    idle = Sweep(workloads.of(abs, [1]), [1, 2], ["threads"], 1, 0.0, None)
    assert idle.summary() == idle.claim() == "Not run yet: press Start."
    assert "nothing has been measured yet" in texts(idle.figure())


def test_what_cannot_be_swept_is_refused() -> None:
    with pytest.raises(TypeError, match="a sweep needs a workload"):
        sweep(abs)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="at least one number of workers"):
        sweep(workloads.of(abs, [1]), workers=[])
    with pytest.raises(ValueError, match="max_workers must be greater than 0"):
        sweep(workloads.of(abs, [1]), workers=[0, 1])

    class Client:
        def get_executor(self) -> concurrent.futures.Executor:
            raise AssertionError("not asked")

    client: Any = Client()
    with pytest.raises(ValueError, match="mine cannot be swept: its number of workers is fixed"):
        sweep(workloads.of(abs, [1]), executors={"mine": client})


def test_a_pool_that_cannot_be_made_ends_the_sweep_with_its_error() -> None:
    def refuse(workers: int) -> concurrent.futures.Executor:
        raise OSError(f"no {workers} workers to be had")

    with pytest.raises(OSError, match="no 1 workers"):
        sweep(workloads.of(abs, [1]), workers=[1], executors={"broken": refuse})


@pytest.mark.parametrize(
    ("medians", "workers"),
    [((1.0, 1.9, 1.95), 2), ((1.0, 1.9, 2.1), 4), ((1.0, 0.5, 0.4), 1), ((1.0, 0.9, 1.9), 4), ((1.0,), 1)],
)
def test_more_workers_pay_until_they_gain_no_more_than_five_percent(medians: tuple[float, ...], workers: int) -> None:
    assert until(*medians) == workers


def test_a_curve_is_in_the_order_of_its_workers_and_skips_what_was_not_measured() -> None:
    made = curve("threads", "threads", {4: [4.0, 2.0, 1.0], 1: [1.0]})
    assert [(point.workers, point.median) for point in made.points] == [(1, 1.0), (4, 2.0)]
    assert curve("threads", "threads", {}).pays_until is None


def test_a_sweep_says_who_gained_how_much_and_where_it_stops_paying() -> None:
    curves = [
        measured(1.0, 1.9, 1.9),
        measured(1.0, 1.02, 0.9, name="threads"),
        measured(1.0, 1.9, 3.8, name="cluster"),
    ]
    assert summary(curves, SerialTime(2.0, 2.0, 4, 4), waiting=0.0) == (
        "Threads: 1.9 times as fast with 2 workers; more workers gained at most 5%. "
        "Threads: no faster than one call after the other, with any number of workers. "
        "Cluster: 3.8 times as fast with 4 workers, and may gain from more. "
        "One call after the other: 2.0 s. Each measured once."
    )
    busy = summary(curves, SerialTime(2.0, 1.0, 4, 4), waiting=0.0, left_out=2)
    assert "the loop had one for only 50% of its time. 2 measurements are left out" in busy
    assert summary([], SerialTime(2.0, 2.0, 4, 4), waiting=0.0) == "Nothing has been measured yet."
    assert claim(["threads"], [1, 2, 4], 3) == "Threads with 1, 2 and 4 workers, 3 times."


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text)]


def chart(curves: Sequence[Curve], workers: Sequence[int] = (1, 2, 4), cores: int = 2) -> Axes:
    axes = Figure((8, 4)).add_subplot()
    sweep_axes(axes, curves, workers, cores)
    return axes


def named(axes: Axes, gid: str) -> list[list[list[float]]]:
    found = axes.findobj(lambda artist: artist.get_gid() == gid)
    return [asarray(line.get_xydata()).tolist() for line in found if isinstance(line, Line2D)]


def test_the_chart_has_every_measurement_their_medians_their_spread_the_ideal_and_the_cores() -> None:
    axes = chart([Curve("threads", "threads", (Point(1, (0.5, 1.0, 3.0)), Point(2, (1.5,))))])
    assert named(axes, "measured") == [[[1, 0.5], [1, 1.0], [1, 3.0], [2, 1.5]]]
    assert named(axes, "median") == [[[1, 1.0], [2, 1.5]]]
    (spread,) = axes.findobj(PolyCollection)
    assert isinstance(spread, PolyCollection)
    assert asarray(spread.get_paths()[0].vertices)[:, 1].tolist().count(3.0) >= 1
    ((start, end),) = named(axes, "ideal")
    assert start == [0, 0]
    assert end[0] == end[1], "twice the workers, twice as fast"
    assert named(axes, "cores")[0][0][0] == 2
    assert {"threads", "2 cores", "ideal", "serial"} <= set(texts(axes.get_figure()))  # type: ignore[arg-type]


def test_a_ring_stands_where_more_workers_do_not_pay() -> None:
    assert named(chart([measured(1.0, 1.9, 1.9)]), "pays until") == [[[2, 1.9]]]
    assert named(chart([measured(1.0, 1.9, 3.8)]), "pays until") == [], "it still pays"


def test_more_cores_than_workers_are_beyond_the_chart() -> None:
    assert named(chart([measured(1.0, 1.9)], workers=(1, 2), cores=8), "cores") == []


def test_a_sweep_can_be_drawn_on_given_axes() -> None:
    done = sweep(workloads.of(abs, range(3)), workers=[1, 2], executors=["threads"], rounds=1)
    figure = Figure()
    assert done.figure(figure.add_subplot()) is figure
    assert len(figure.axes) == 1
    assert "threads" in texts(figure)
