"""`load`: send requests to a server on this machine, and see how long they take.

    load generator, one thread, asyncio                server
        request 0 at  0 s     -- GET /0 -->            accepts it --> executor: answers it
        request 1 at 1/rate s -- GET /1 -->
        ...                   <-- page or error --

The load is *open*: each request is sent when it is due, whether or not the earlier ones are answered. Visitors do not
wait for each other either. A latency counts from the time a request is due, so you see when a server cannot keep up.
"""

import asyncio
import math
import threading
import time
from functools import partial
from http import HTTPStatus
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pool_lab.executor import whole_number
from pool_lab.lab.display import Display
from pool_lab.lab.programs.kept_run import keep
from pool_lab.lab.recording.recorder import Recorder, attach
from pool_lab.lab.stills.still import draw
from pool_lab.lab.stills.timeline import panel_axes
from pool_lab.lab.stills.timeline import timeline as draw_timeline
from pool_lab.lab.trace.executor_kind import ExecutorKind, executor_kind
from pool_lab.lab.trace.trace import Trace
from pool_lab.lab.trace.units import number_of, seconds
from pool_lab.lab.work.gate import LONGEST_S
from pool_lab.lab.work.servers import AtMost, Server

__all__ = ["Load", "Request", "load", "percentile"]


MOST_REQUESTS = 500
"""Each takes two sockets of this process until it is answered, and some systems allow few."""


def load(server: Server, requests: int, per_second: float = math.inf) -> "Load":
    """Send requests to a server: all at once, or this many per second.

        with Server(after(0.2), pool) as server:
            load(server, 100, per_second=40)

    As the last line of a cell it shows the timeline of the executor that answers them, and in words how long they took.

    requests: how many, from 1 to 500. per_second: how fast to send them; infinite: all at once.

    Returns a `Load` at once. Its methods and properties block until the last request is answered. Raises `ValueError`
    for other numbers, `TypeError` if `requests` is no whole number or `server` no server.
    """
    if not isinstance(server, Server):
        raise TypeError(
            f"load() sends requests to a server, but {server!r} is not a server: make one with Server(after(0.2), pool)"
        )
    if not 1 <= whole_number("requests", requests) <= MOST_REQUESTS:
        raise ValueError(f"requests must be from 1 to {MOST_REQUESTS}, got {requests}")
    if not per_second > 0:
        raise ValueError(f"per_second must be greater than 0, got {per_second}")
    return Load(server, requests, per_second)


class Request(NamedTuple):
    """When a request was due and when it was answered, in seconds since the load began."""

    due: float
    answered: float
    error: str = ""
    """Empty if it got its page."""

    @property
    def latency_s(self) -> float:
        return self.answered - self.due


class Load(Display):
    """What `load` returns: requests to one server, and how long they took."""

    def __init__(self, server: Server, requests: int, per_second: float) -> None:
        super().__init__()
        self.requests = requests
        self._per_second = per_second
        self._server = server
        self._port = int(server.server_address[1])
        self._executor_name, self._kind = type(server.executor).__name__, executor_kind(type(server.executor))
        self._recorder = Recorder(getattr(server.executor, "_max_workers", 0))
        self._answered: list[Request] = []
        self._over = threading.Event()
        threading.Thread(target=self._run, name="pool_lab-load", daemon=True).start()

    def __repr__(self) -> str:
        return f"Load({number_of(self.requests, 'request')} {self._pace}: {self._executor_name})"

    # For you

    def wait(self) -> "Load":
        """Block until the last request is answered. Returns the load itself."""
        self._over.wait()
        return self

    @property
    def is_over(self) -> bool:
        """Whether all requests are answered. Does not block."""
        return self._over.is_set()

    @property
    def trace(self) -> Trace:
        """The trace of the executor that answers the requests."""
        self.wait()
        return self._recorder.trace

    @property
    def latencies_s(self) -> list[float]:
        """Seconds from due to answered of each request that got its page, in ascending order."""
        self.wait()
        return sorted(request.latency_s for request in self._answered if not request.error)

    @property
    def errors(self) -> list[str]:
        """The errors of the requests that got no page."""
        self.wait()
        return [request.error for request in self._answered if request.error]

    @property
    def kind(self) -> ExecutorKind:
        """The kind of the server's executor. Does not block."""
        return self._kind

    def summary(self) -> str:
        """How many requests got a page, and how long they took."""
        latencies_s, refused = self.latencies_s, len(self.errors)
        if not latencies_s:
            return f"None of {number_of(self.requests, 'request')} got a page."
        words = f"{len(latencies_s)} of {number_of(self.requests, 'request')} got a page: half of them within "
        words += f"{seconds(percentile(latencies_s, 50))}, all within {seconds(latencies_s[-1])}"
        return words + (f"; {refused} got an error." if refused else ".")

    def claim(self) -> str:
        """Whether there were errors. How many there were depends on the machine."""
        outcome = "some got an error" if self.errors else "all got a page"
        return f"{number_of(self.requests, 'request')}, {outcome}."

    def figure(self, ax: Axes | None = None) -> Figure:
        """Draw the timeline of the server's executor.

        ax: None: return a new figure, which a notebook shows. Axes: draw on them, and return the figure they belong to.
        """
        note = f"{number_of(self.requests, 'request')} {self._pace}"
        panels = [(self._executor_name, note, self._kind.name, self.trace)]
        title = f"{self.requests} requests to a server with a {self._executor_name}"
        keeps = partial(keep, panels)
        return draw(ax, (draw_timeline, panel_axes), panels, title=title, words=self.summary(), keeps=keeps)

    def _shows_a_still(self) -> bool:
        return True

    @property
    def _pace(self) -> str:
        return "at once" if math.isinf(self._per_second) else f"at {self._per_second:g} per second"

    # In the thread of the load

    def _run(self) -> None:
        detach = attach(self._server.executor, self._recorder)
        try:
            asyncio.run(self._ask_all())
            self._server.settle()
        finally:
            detach()
            self._over.set()

    async def _ask_all(self) -> None:
        if math.isinf(self._per_second) and isinstance(self._server.answer, AtMost):
            workers = getattr(self._server.executor, "_max_workers", 0) or self.requests
            self._server.answer.expect(min(workers, self.requests))
        began = time.perf_counter()
        dues = [number / self._per_second for number in range(self.requests)]
        self._answered = await asyncio.gather(*(self._ask(number, due, began) for number, due in enumerate(dues)))

    async def _ask(self, number: int, due: float, began: float) -> Request:
        await asyncio.sleep(due - (time.perf_counter() - began))
        try:
            error = await asyncio.wait_for(self._fetch(number), LONGEST_S)
        except (OSError, TimeoutError) as failure:
            error = f"{type(failure).__name__}: {failure}"
        return Request(due, time.perf_counter() - began, error)

    async def _fetch(self, number: int) -> str:
        """The error that the server answered with; empty if it was a page."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            writer.write(f"GET /{number} HTTP/1.0\r\n\r\n".encode())
            head, _, body = (await reader.read()).decode().partition("\r\n\r\n")
        finally:
            writer.close()
        status = head.split(" ", 2)[1:2]
        return (
            "" if status == [str(HTTPStatus.OK.value)] else body or "the server closed the connection without an answer"
        )


def percentile(ascending: list[float], percent: float) -> float:
    """The smallest value that `percent` % of the values do not exceed."""
    return ascending[max(0, math.ceil(len(ascending) * percent / 100) - 1)]
