"""A gate that calls stand at until the test opens it, in whatever thread or process they run.

    the test                                     a call, in any worker
    gate.wait_for(2)   <- counts visitors  <---  stand_at(gate.address)   connects, then reads until the end
    gate.open()        -> hangs up         --->  ... goes on

A loopback socket does it: an address crosses into every process however it was started, and the kernel hangs up for
a worker that dies, so `wait_until_left` also sees the end of a process. Nothing here polls and nothing sleeps.
"""

import socket
import threading
from contextlib import suppress
from typing import Protocol

__all__ = ["PATIENCE_S", "Address", "Gate", "MakeGate", "knock", "stand_at"]

# How long anything may take before a test gives up. Far more than any machine needs; less than pytest's own timeout.
PATIENCE_S = 60.0

Address = tuple[str, int]


class Gate:
    """Closed at first. With `opens_at`, it opens by itself when that many calls stand at it: a barrier."""

    def __init__(self, opens_at: int | None = None) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=200)
        self.address: Address = self._listener.getsockname()
        self._opens_at = opens_at
        # Guards the three below and is notified when a visitor arrives.
        self._changed = threading.Condition()
        self._visitors: list[socket.socket] = []
        self._is_open = False
        self._is_closed = False
        self._doorkeeper = threading.Thread(target=self._receive, name="doorkeeper", daemon=True)
        self._doorkeeper.start()

    @property
    def arrived(self) -> int:
        """How many calls have come to the gate so far, those that went through included."""
        with self._changed:
            return len(self._visitors)

    def wait_for(self, count: int) -> None:
        """Wait until so many calls have come to the gate."""
        with self._changed:
            came = self._changed.wait_for(lambda: len(self._visitors) >= count, PATIENCE_S)
            assert came, f"{len(self._visitors)} calls came to the gate, expected {count}"

    def wait_until_left(self) -> None:
        """Wait until all that came have hung up, because their processes ended."""
        with self._changed:
            visitors = list(self._visitors)
        for visitor in visitors:
            visitor.settimeout(PATIENCE_S)
            assert visitor.recv(1) == b""

    def open(self) -> None:
        with self._changed:
            self._let_all_pass()

    def close(self) -> None:
        """Open the gate, and take it down."""
        with self._changed:
            self._let_all_pass()
            self._is_closed = True
        knock(self.address)
        self._doorkeeper.join(PATIENCE_S)
        self._listener.close()
        for visitor in self._visitors:
            visitor.close()

    def _receive(self) -> None:
        while True:
            visitor, _ = self._listener.accept()
            with self._changed:
                if self._is_closed:
                    visitor.close()
                    return
                self._visitors.append(visitor)
                if self._is_open or len(self._visitors) == self._opens_at:
                    self._let_all_pass()
                self._changed.notify_all()

    def _let_all_pass(self) -> None:
        self._is_open = True
        for visitor in self._visitors:
            _hang_up(visitor)


class MakeGate(Protocol):
    """The fixture `make_gate`: makes a gate, and takes it down when the test is over."""

    def __call__(self, opens_at: int | None = None) -> Gate: ...


def _hang_up(visitor: socket.socket) -> None:
    # Closing would not do: a process that was forked in the meantime holds a copy.
    with suppress(OSError):  # it may be gone itself
        visitor.shutdown(socket.SHUT_WR)


def stand_at(address: Address, outcome: object = None) -> object:
    """Stand at the gate until it opens; then give the outcome back."""
    with socket.create_connection(address, PATIENCE_S) as connection:
        connection.recv(1)
    return outcome


def knock(address: Address) -> None:
    """Be counted at the gate and go on at once."""
    socket.create_connection(address, PATIENCE_S).close()
