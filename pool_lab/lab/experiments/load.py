"""`load`: have a server on this machine asked for pages, as often as you like, and see how long everyone waited.

    load generator, one thread, asyncio                    server
        request 0 at  0 s     -- GET /0 -->                doorman --> executor: who answers, and when
        request 1 at 1/rate s -- GET /1 -->
        ...                   <-- page or error --

The load is *open*: requests come when they are due, whether or not earlier ones are answered, as people do who do not
know of one another. So a latency counts from the moment a request was due, and a server that cannot keep up is seen to.
"""

import asyncio
import math
import threading
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pool_lab.executor import whole_number
from pool_lab.lab.display import Exhibit
from pool_lab.lab.recording.recorder import Recorder, attach
from pool_lab.lab.stills.still import Still, on_axes
from pool_lab.lab.stills.timeline import timeline as draw_timeline
from pool_lab.lab.stills.timeline import timeline_axes
from pool_lab.lab.trace.executor_kind import Kind, kind_of, this_machine
from pool_lab.lab.trace.trace import Trace
from pool_lab.lab.trace.units import number_of, seconds
from pool_lab.lab.work.gate import LONGEST_S
from pool_lab.lab.work.servers import AtMost, Server

if TYPE_CHECKING:
    pass

__all__ = ["Load", "Visit", "load", "percentile"]


MOST_REQUESTS = 500
"""Each takes two sockets of this process while it is on its way, and some systems allow few."""


def load(server: Server, requests: int, per_second: float = math.inf) -> "Load":
    """Have `requests` pages asked for: all at the same moment, or so many per second.

    Returns at once. Whatever is asked of the load waits for the last answer.
    """
    if not 1 <= whole_number("requests", requests) <= MOST_REQUESTS:
        raise ValueError(f"a load has 1 to {MOST_REQUESTS} requests, not {requests}")
    if not per_second > 0:
        raise ValueError(f"per_second must be greater than 0, got {per_second}")
    return Load(server, requests, per_second)


class Visit(NamedTuple):
    """One request and what came of it. Seconds since the load began."""

    due: float
    answered: float
    error: str = ""

    @property
    def latency_s(self) -> float:
        return self.answered - self.due


class Load(Exhibit):
    """Requests to one server. `trace` is that of the executor which answers them."""

    def __init__(self, server: Server, requests: int, per_second: float) -> None:
        super().__init__()
        self.requests = requests
        self._per_second = per_second
        self._server = server
        self._port = int(server.server_address[1])
        self._executor_name, self._kind = type(server.executor).__name__, kind_of(type(server.executor))
        self._recorder = Recorder(getattr(server.executor, "_max_workers", 0))
        self._visits: list[Visit] = []
        self._over = threading.Event()
        threading.Thread(target=self._run, name="pool_lab-load", daemon=True).start()

    def __repr__(self) -> str:
        return f"Load({number_of(self.requests, 'request')} {self._pace}: {self._executor_name})"

    # For its user

    def wait(self) -> "Load":
        """Block until the last request is answered; returns the load itself."""
        self._over.wait()
        return self

    @property
    def is_over(self) -> bool:
        return self._over.is_set()

    @property
    def trace(self) -> Trace:
        self.wait()
        return self._recorder.trace

    @property
    def latencies_s(self) -> list[float]:
        """How long those who got their page had waited for it, the shortest first."""
        self.wait()
        return sorted(visit.latency_s for visit in self._visits if not visit.error)

    @property
    def errors(self) -> list[str]:
        """What those were told who got no page."""
        self.wait()
        return [visit.error for visit in self._visits if visit.error]

    @property
    def kind(self) -> Kind:
        return self._kind

    def summary(self) -> str:
        waited, refused = self.latencies_s, len(self.errors)
        if not waited:
            return f"None of {number_of(self.requests, 'request')} got a page."
        told = f"{len(waited)} of {number_of(self.requests, 'request')} got a page: half of them within "
        told += f"{seconds(percentile(waited, 50))}, all within {seconds(waited[-1])}"
        return told + (f"; {refused} got an error." if refused else ".")

    def claim(self) -> str:
        """How many errors there were may depend on the machine; whether there were any should not."""
        outcome = "some got an error" if self.errors else "all got a page"
        return f"{number_of(self.requests, 'request')}, {outcome}."

    def figure(self, ax: Axes | None = None) -> Figure:
        """The timeline of the server's executor."""
        if ax is not None:
            return on_axes(ax, lambda: timeline_axes(ax, self.trace, self._kind.name))
        still = Still(f"{self.requests} requests to a server with a {self._executor_name}", self.summary())
        panel = (self._executor_name, f"{number_of(self.requests, 'request')} {self._pace}", self._kind.name)
        draw_timeline(still, [(*panel, self.trace)], f"{still.alt} ({this_machine()})")
        return still

    def _shows_a_still(self) -> bool:
        return True

    @property
    def _pace(self) -> str:
        return "at once" if math.isinf(self._per_second) else f"at {self._per_second:g} per second"

    # In the load's own thread

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
        self._visits = await asyncio.gather(*(self._ask(number, due, began) for number, due in enumerate(dues)))

    async def _ask(self, number: int, due: float, began: float) -> Visit:
        await asyncio.sleep(due - (time.perf_counter() - began))
        try:
            error = await asyncio.wait_for(self._fetch(number), LONGEST_S)
        except (OSError, TimeoutError) as failure:
            error = f"{type(failure).__name__}: {failure}"
        return Visit(due, time.perf_counter() - began, error)

    async def _fetch(self, number: int) -> str:
        """The error that the server answered with; nothing if it was a page."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            writer.write(f"GET /{number} HTTP/1.0\r\n\r\n".encode())
            head, _, body = (await reader.read()).decode().partition("\r\n\r\n")
        finally:
            writer.close()
        status = head.split(" ", 2)[1:2]
        return "" if status == [str(HTTPStatus.OK.value)] else body or "hung up without an answer"


def percentile(ascending: list[float], percent: float) -> float:
    """The least value that so many percent of all do not exceed."""
    return ascending[max(0, math.ceil(len(ascending) * percent / 100) - 1)]
