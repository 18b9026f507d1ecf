"""Observers, sizes and numbers of a pool."""

from typing import assert_type

from pool_lab import Event, EventKind, Observer, ProcessPoolExecutor, ThreadPoolExecutor


def show(event: Event) -> None:
    if event.kind is EventKind.FINISHED and event.cpu_s is not None:
        print(event.sequence, event.time, event.call, event.cpu_s + 0.5)
    elif event.kind == EventKind.SUBMITTED:
        print(event.name.upper())


class Counter:
    def __init__(self) -> None:
        self.counts: dict[EventKind, int] = {}

    def __call__(self, event: Event) -> int:
        self.counts[event.kind] = self.counts.get(event.kind, 0) + 1
        return self.counts[event.kind]


def anything_that_takes_an_event_observes() -> list[float]:
    events: list[Event] = []
    observers: list[Observer] = [show, Counter(), events.append, lambda event: print(event.kind)]
    with ThreadPoolExecutor(2, observer=events.append) as pool, ProcessPoolExecutor(observer=show) as processes:
        for observer in observers:
            pool.add_observer(observer)
            processes.remove_observer(observer)
        pool.add_observer(lambda event: print(event.worker))
    assert_type(events[0].error, str | None)
    return [event.ended - event.began for event in events if event.ended is not None and event.began is not None]


def a_pool_is_resized(pool: ThreadPoolExecutor | ProcessPoolExecutor) -> None:
    numbers = pool.statistics()
    pool.resize(numbers.workers - numbers.idle + numbers.queued)
    size, *_ = numbers
    assert_type(size, int)


def stubborn_workers_are_ended(pool: ProcessPoolExecutor) -> None:
    pool.terminate_workers()
    pool.kill_workers()


def takes_text(text: str) -> None:
    print(text)


def wrong_calls_are_refused(pool: ThreadPoolExecutor, event: Event) -> None:
    pool.add_observer(takes_text)  # type: ignore[arg-type]
    pool.add_observer(show(event))  # type: ignore[func-returns-value, arg-type]
    pool.add_observer(print, show)  # type: ignore[call-arg]
    pool.resize("four")  # type: ignore[arg-type]
    pool.resize()  # type: ignore[call-arg]
    print(pool.statistics().threads)  # type: ignore[attr-defined]
    pool.kill_workers()  # type: ignore[attr-defined]
    event.kind = EventKind.FAILED  # type: ignore[misc]
    print(EventKind.STOPPED)  # type: ignore[attr-defined]
    print(event.cpu_s + 1)  # type: ignore[operator]
    ThreadPoolExecutor(observer="show")  # type: ignore[arg-type]
