"""HTTP servers on this machine: real sockets on 127.0.0.1, for as long as a `with` block lasts.

    with Server(after(0.2)) as server:               # answers each request after 0.2 s
        fetch(server.url)

    gate = Gate()
    with mirrors(after(0.3), gate, broken) as urls:  # three answers: after 0.3 s, when you say so, never
        ...
        gate.open()

An `Answer` is a function that gets the path and returns the page. A server accepts connections in one thread, and
submits each request to an executor, which decides how many are answered at once. Without an executor each request gets
a new thread, as in the standard library's `ThreadingHTTPServer`.
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
"""From the path of a request to its page. If it raises, the client gets a server error with the text."""


def fetch(url: str) -> str:
    """Return the page at the url. Blocks until it has arrived.

    Raises `OSError` if the server answers with an error, or does not answer within a minute.
    """
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


# Answers


def after(seconds: float) -> Answer:
    """Answer with the page after this many seconds, in which the server waits, as if for a database."""

    def answer(path: str) -> str:
        time.sleep(seconds)
        return page(path)

    return answer


def at_most(requests: int, answer: Answer) -> "AtMost":
    """Answer this many requests at a time and refuse the others, like a database with so many connections."""
    return AtMost(requests, answer)


class AtMost:
    """What `at_most` returns: an answer."""

    def __init__(self, requests: int, answer: Answer) -> None:
        self._connections = threading.BoundedSemaphore(requests)
        self._requests = requests
        self._answer = answer
        self._all_arrived = threading.Condition()  # guards the rest
        self._arrived = 0
        self._expected = 0

    def expect(self, requests: int) -> None:
        """Answer none of the next requests before this many have arrived: so they overlap on a slow machine, too."""
        with self._all_arrived:
            self._expected = self._arrived + requests

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
        with self._all_arrived:
            self._arrived += 1
            if self._arrived >= self._expected:
                self._all_arrived.notify_all()
            self._all_arrived.wait_for(lambda: self._arrived >= self._expected, LONGEST_S)


def broken(path: str) -> str:
    """Answer every request with an error."""
    raise OSError(f"{path} cannot be read")


class Gate(gates.Gate[str]):
    """An answer that waits for your `open()` or `let_through()`. After a minute it is an error."""

    def __init__(self) -> None:
        super().__init__(LONGEST_S)

    def __call__(self, path: str) -> str:
        return page(super().__call__(path))


def page(path: str) -> str:
    """A small page with the path as its title."""
    return f"<title>{path}</title>"


# Servers


@contextmanager
def mirrors(*answers: Answer) -> Iterator[list[str]]:
    """Open a server for each answer. As a `with` block it gives their urls, in the same order."""
    with ExitStack() as stack:
        yield [stack.enter_context(Server(answer)).url for answer in answers]


class Server(socketserver.TCPServer):
    """Answers GET requests on a free port of this machine, from its start to `close()` or the end of `with`.

    `url` is its address.
    """

    request_queue_size = 128

    def __init__(self, answer: Answer, executor: concurrent.futures.Executor | None = None) -> None:
        """answer: called with the path of each request.
        executor: runs the answers. It stays open when the server closes. None: each answer runs in a new thread.
        """
        self.answer = answer
        self.executor = ThreadPerCall() if executor is None else executor
        self._unanswered: set[concurrent.futures.Future[None]] = set()
        super().__init__(("127.0.0.1", 0), partial(_Handler, answer))
        self.url = f"http://127.0.0.1:{self.server_address[1]}/"
        # It checks every 0.05 s whether to end. That makes `close` quick, and costs little.
        self._accepting = threading.Thread(target=self.serve_forever, args=(0.05,), name="pool_lab-server", daemon=True)
        self._accepting.start()

    def __repr__(self) -> str:
        return f"<Server at {self.url}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Accept no more requests, and block until the accepted ones are answered. May be called again."""
        self.shutdown()
        self._accepting.join()
        self.server_close()
        if isinstance(self.answer, Gate):
            self.answer.open()  # or `settle` would wait for the requests that wait there
        self.settle()

    def settle(self) -> None:
        """Block until every accepted request is answered, at most a minute."""
        concurrent.futures.wait(self._unanswered, LONGEST_S)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Submit the request to the executor. So this thread can accept the next one at once."""
        future = self.executor.submit(self.finish_request, request, client_address)
        self._unanswered.add(future)
        future.add_done_callback(partial(self._hang_up, request))

    def handle_error(self, request: Any, client_address: Any) -> None:
        """The pool was shut down and takes no request. The connection is closed; there is nothing to print."""

    def _hang_up(self, request: Any, future: concurrent.futures.Future[None]) -> None:
        """Close the connection, also if the client has left or the call was cancelled."""
        self.shutdown_request(request)
        self._unanswered.discard(future)


class _Handler(BaseHTTPRequestHandler):
    """One request: gets the answer and sends it."""

    timeout = LONGEST_S  # for a client that sends nothing

    def __init__(self, answer: Answer, *args: Any) -> None:
        self.answer = answer
        super().__init__(*args)

    def do_GET(self) -> None:
        try:
            text = self.answer(self.path)
        except Exception as error:
            self._send(HTTPStatus.SERVICE_UNAVAILABLE, f"{type(error).__name__}: {error}")
            raise  # so the call fails, and the trace shows it
        self._send(HTTPStatus.OK, text)

    def _send(self, status: HTTPStatus, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name that http.server uses
        """Print nothing: the log of a server does not belong in a lesson."""
