"""HTTP servers on this machine: real sockets on 127.0.0.1, for as long as a `with` block lasts.

    with Server(after(0.2)) as server:              # a page after 0.2 s, as often as you ask
        fetch(server.url)

    gate = Gate()
    with mirrors(after(0.3), gate, broken) as urls:  # three servers with the same page: slow, when told, never
        ...
        gate.open()

What a server answers is a function from the path to the page: an `Answer`. A server accepts connections in one thread
of its own and hands each request to an executor, which decides how many are answered at once; without one, every
request gets a thread of its own, as in the standard library's `ThreadingHTTPServer`.
"""

import concurrent.futures
import http.client
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any, Self
from urllib.parse import urlsplit

from pool_lab.lab.work import gate as gates
from pool_lab.lab.work.gate import LONGEST_S
from pool_lab.lab.work.thread_per_call import ThreadPerCall

__all__ = ["Answer", "Gate", "Server", "after", "at_most", "broken", "fetch", "mirrors"]

Answer = Callable[[str], str]
"""From the path of a request to the page. One that raises is answered with a server error, and its text."""


def fetch(url: str) -> str:
    """The page at the url. Blocks until it is there; `OSError` if the server answers with an error, or not at all."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=LONGEST_S)
    try:
        connection.request("GET", parts.path)
        response = connection.getresponse()
        text = response.read().decode()
    finally:
        connection.close()
    if response.status != HTTPStatus.OK:
        error = OSError(f"{response.status} {response.reason}: {text}")
        error.add_note(f"from {url}")
        raise error
    return text


# What a server may answer


def after(seconds: float) -> Answer:
    """The page after so many seconds, in which the server does nothing: it waits for a database, say."""

    def answer(path: str) -> str:
        time.sleep(seconds)
        return page(path)

    return answer


def at_most(requests: int, answer: Answer) -> "AtMost":
    """The answer for so many requests at one moment, others are refused: like a database with so many connections."""
    return AtMost(requests, answer)


class AtMost:
    """What `at_most` returns, an answer."""

    def __init__(self, requests: int, answer: Answer) -> None:
        self._connections = threading.BoundedSemaphore(requests)
        self._requests = requests
        self._answer = answer
        self._asked = threading.Condition()  # guards the rest, and is notified when all have asked
        self._how_many = 0
        self._expected = 0

    def expect(self, requests: int) -> None:
        """Tell nobody anything before so many more have asked: a rush is one on a slow machine, too."""
        with self._asked:
            self._expected = self._how_many + requests

    def __call__(self, path: str) -> str:
        is_served = self._connections.acquire(blocking=False)
        try:
            self._wait_for_the_others()
            if not is_served:
                raise ConnectionError(f"too many connections: {self._requests} are in use")
            return self._answer(path)
        finally:
            if is_served:
                self._connections.release()

    def _wait_for_the_others(self) -> None:
        with self._asked:
            self._how_many += 1
            if self._how_many >= self._expected:
                self._asked.notify_all()
            self._asked.wait_for(lambda: self._how_many >= self._expected, LONGEST_S)


def broken(path: str) -> str:
    """No page, ever."""
    raise OSError(f"{path} cannot be read")


class Gate(gates.Gate[str]):
    """An answer that is given when you say so, with `open` or `let_through`. After a minute it is an error."""

    def __init__(self) -> None:
        super().__init__(LONGEST_S)

    def __call__(self, path: str) -> str:
        return page(super().__call__(path))


def page(path: str) -> str:
    return f"<title>{path}</title>"


# Servers


@contextmanager
def mirrors(*answers: Answer) -> Iterator[list[str]]:
    """A server for each answer, and the urls of the same page on each of them."""
    with ExitStack() as stack:
        yield [stack.enter_context(Server(answer)).url for answer in answers]


class Server(socketserver.TCPServer):
    """Answers GET requests on a free port of this machine, until it is closed."""

    request_queue_size = 128

    def __init__(self, answer: Answer, executor: concurrent.futures.Executor | None = None) -> None:
        """Open it. An executor stays its owner's: closing the server does not shut it down."""
        self.answer = answer
        self.executor = ThreadPerCall() if executor is None else executor
        self._owed: set[concurrent.futures.Future[None]] = set()
        super().__init__(("127.0.0.1", 0), partial(_Handler, answer))
        self.url = f"http://127.0.0.1:{self.server_address[1]}/"
        # Looking often whether it is time to end makes `close` quick, and costs nothing beside a request.
        self._doorman = threading.Thread(target=self.serve_forever, args=(0.05,), name="pool_lab-server", daemon=True)
        self._doorman.start()

    def __repr__(self) -> str:
        return f"<Server at {self.url}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Accept no more requests, and wait until those that were accepted are answered. May be called again."""
        self.shutdown()
        self._doorman.join()
        self.server_close()
        if isinstance(self.answer, Gate):
            self.answer.open()  # for those who wait there would be waited for
        self.settle()

    def settle(self) -> None:
        """Block until every request that was accepted is answered."""
        concurrent.futures.wait(self._owed, LONGEST_S)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Have the executor answer the request. This thread can accept the next one at once."""
        future = self.executor.submit(self.finish_request, request, client_address)
        self._owed.add(future)
        future.add_done_callback(partial(self._hang_up, request))

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A request that no one takes, since the pool was shut down, is hung up on: nothing more to do, or to print."""

    def _hang_up(self, request: Any, future: concurrent.futures.Future[None]) -> None:
        """Also when the client went away while it was answered, or the pool has cancelled it."""
        self.shutdown_request(request)
        self._owed.discard(future)


class _Handler(BaseHTTPRequestHandler):
    """One request: asks for the answer and sends it."""

    timeout = LONGEST_S  # for a client that says nothing

    def __init__(self, answer: Answer, *args: Any) -> None:
        self.answer = answer
        super().__init__(*args)

    def do_GET(self) -> None:
        try:
            text = self.answer(self.path)
        except Exception as error:
            self._send(HTTPStatus.SERVICE_UNAVAILABLE, f"{type(error).__name__}: {error}")
            raise  # so that the call has failed, too, and its trace shows it
        self._send(HTTPStatus.OK, text)

    def _send(self, status: HTTPStatus, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name that http.server uses
        """Nothing: a lesson's output is not a server's log."""
