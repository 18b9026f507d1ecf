"""`Child`: a worker's process, this side's ends of its mailbox and its pipe, and the means to end it.

Replies come through the pipe, and long requests go through it: who sends one waits until the process has taken it.
Nothing else waits.
"""

import operator
import os
import signal
import threading
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager, suppress
from multiprocessing.context import BaseContext
from typing import Any

from pool_lab.interrupts import interruptible

from . import fork_server, worker
from .backlog import Backlog
from .closing import closing
from .inbox import Inbox
from .mailbox import END, NOTHING, Mailbox, has_mailboxes, is_long, numbered, send_long
from .memory import Memory
from .parcel import Parcel
from .rack import Rack

__all__ = ["Child"]

ON_WINDOWS = os.name == "nt"
UNKNOWN_EXITCODE = 255
"""What multiprocessing says for processes of a fork server that is gone."""
CAN_ASK = worker.STOP_SIGNAL is not None

# With fork, a process started at the same moment would inherit this one's end of the pipe and keep it open. The child
# inherits the lock as well, taken, and may want to start processes of its own.
_one_start_at_a_time = threading.Lock()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_one_start_at_a_time._at_fork_reinit)  # type: ignore[attr-defined]


class Child:
    """A process that runs `worker.main` with these arguments."""

    def __init__(self, context: BaseContext, number: int, backlog: Backlog, *args: Any) -> None:
        with _one_start_at_a_time, backlog.held_open() as rack:
            self._whereabouts = None if rack is None else rack.pickup.whereabouts(number)
            self._process, self._connection, mailbox = _start(context, rack, number, args)
        self._mailbox: Mailbox | None = mailbox
        self._is_own = context.get_start_method() != "forkserver"  # else it is the server that waits for it, and tells
        self._unread: set[int] = set()
        self.pid: int = self._process.pid
        self._inbox = Inbox(self._connection)

    @property
    def pipe(self) -> Any:
        """What becomes readable when there is something to receive."""
        return self._connection

    @property
    def sources(self) -> tuple[Any, ...]:
        """What becomes readable when there is something to receive or the process has ended."""
        if self._inbox.has_ended:
            return (self._process.sentinel,)
        # A pipe ends with its process, but not while a grandchild has inherited it; so listen to both. Not on
        # Windows, where nothing is inherited and one can listen to 63 things at most.
        return (self._connection,) if ON_WINDOWS else (self._connection, self._process.sentinel)

    def may_have_ended(self, readable: Set[Any]) -> bool:
        """Whether it is worth asking for the exit code, as these of its sources have news."""
        return self._inbox.has_ended or self._process.sentinel in readable

    @property
    def left_unread(self) -> bool:
        """Whether it is known that the process ended before it had read all that it was sent."""
        return self._inbox.left_unread

    @property
    def exitcode(self) -> int | None:
        """Minus the number of the signal that killed it; None while it lives."""
        if self._is_own and self._inbox.has_ended and self._process.exitcode is None and self._was_waited_for():
            self._process._popen.returncode = UNKNOWN_EXITCODE  # or multiprocessing would wait for it for ever
        code: int | None = self._process.exitcode
        return code

    def _was_waited_for(self) -> bool:
        """Whether another part of the program has asked the system for the exit code; it is told once."""
        if not ON_WINDOWS:
            try:
                os.kill(self.pid, 0)
            except OSError:
                return True
        return False

    def put(self, number: int, request: bytes | Parcel) -> bool:
        """Put the request into the mailbox, or if it is too long its number. False: it is full. Does not block."""
        if self._mailbox is None:
            return True
        return self._mailbox.put(numbered(number, b"" if isinstance(request, Parcel) or is_long(request) else request))

    def has_read(self, number: int) -> bool:
        """Whether the process, which has ended, had taken this request out of its mailbox."""
        if self._mailbox is not None:
            self._unread.update(self._mailbox.take_back())
        return number not in self._unread

    def send(self, number: int, request: bytes | Parcel) -> None:
        """Send what `put` has left out. Blocks until the process has taken it.

        `OSError`: it never will, and has not read the request to its end.
        """
        if isinstance(request, bytes) and self._mailbox is None:  # without mailboxes there are no parcels, either
            with interruptible():
                self._connection.send_bytes(numbered(number, request))
        elif is_long(request):
            with interruptible():
                send_long(request, self._connection)

    @property
    def at(self) -> int:
        """The number of the request from the backlog that the process was at last, whether it has said so or not."""
        return NOTHING if self._whereabouts is None else self._whereabouts.read()

    def dismiss(self) -> None:
        """Have the process, which has nothing to do, end. `OSError`: it has."""
        if self._mailbox is None:
            self._connection.send_bytes(END)
        else:
            self._mailbox.put(END)

    def receive(self, *, thorough: bool) -> bytes | None:
        """As `Inbox.next`."""
        return self._inbox.next(thorough=thorough)

    def peek(self, most: int) -> bytes | None:
        """As `Inbox.peek`."""
        return self._inbox.peek(most)

    def drop(self, message: bytes) -> None:
        """As `Inbox.drop`."""
        self._inbox.drop(message)

    def take_memory(self) -> Memory | None:
        """The memory that came with the last message."""
        return self._inbox.take_memory()

    @property
    def mild_measures(self) -> int:
        """How many of the measures leave the process alive."""
        return 1 if CAN_ASK else 0

    @property
    def measures(self) -> tuple[Callable[[], None], ...]:
        """Ways to end it, the gentle ones first."""
        return (self._ask, self.terminate, self.kill) if CAN_ASK else (self.terminate,)

    def _ask(self) -> None:
        """Have `KeyboardInterrupt` raised in the call, so that its `finally` clauses run."""
        with suppress(ProcessLookupError):  # it may just have died
            os.kill(self.pid, worker.STOP_SIGNAL)  # type: ignore[arg-type]  # see CAN_ASK

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()

    def hang_up(self) -> None:
        with closing:
            self.abandon()

    def abandon(self) -> None:
        """In a forked child, where nobody else runs: these ends are the parent's."""
        self._connection.close()
        self._inbox.close()
        if self._mailbox is not None:
            self._mailbox.close()

    def bury(self) -> None:
        """Let go of the process, which has ended.

        It is not closed: whoever starts a process, in any thread, first looks at all there are, and stumbles over one
        that is closed at that moment. What it holds goes when nobody looks at it any more.
        """
        self._process.join()
        del self._process


def _start(context: Any, rack: Rack | None, number: int, args: tuple[Any, ...]) -> tuple[Any, Any, Any]:
    """A new process, this side's end of its pipe, and its mailbox if there are mailboxes."""
    name = f"ProcessPoolExecutor-worker-{number}"
    if context.get_start_method() == "forkserver":
        name = _Deafening(name)
    mailbox: Mailbox | None = None
    ends: tuple[Any, ...] = ()
    try:
        mailbox = Mailbox() if has_mailboxes() else None
        ours, theirs = ends = context.Pipe()
        # A forked process inherits all ends. While it held ours, it would not notice that this process has gone.
        inlets = [each.inlet for each in (mailbox, rack) if each is not None]
        inherited = (ours, *inlets) if context.get_start_method() == "fork" else ()
        sources = None if mailbox is None else mailbox.outlet, None if rack is None else rack.pickup
        process = context.Process(target=worker.main, args=(theirs, *sources, number, inherited, *args), name=name)
        with _interrupts_held_back(context):
            process.start()
    except BaseException:
        for end in ends:
            end.close()
        if mailbox is not None:
            mailbox.close()
        raise
    theirs.close()
    return process, ours, mailbox


class _Deafening(str):
    """A name. The process that reads it is deaf to Ctrl-C from then on, until `worker.main` says otherwise.

    For forkserver: the server's own mask cannot be used, as it has other customers. The name is the first thing of ours
    that its child reads, before it imports `__main__` and us; so the pickle mentions only what comes with Python.
    """

    __slots__ = ()

    def __reduce__(self) -> tuple[Any, ...]:
        return operator.getitem, ((_Ban(), str(self)), 1)


class _Ban:
    def __reduce__(self) -> tuple[Any, ...]:
        return signal.pthread_sigmask, (signal.SIG_BLOCK, (signal.SIGINT,))


@contextmanager
def _interrupts_held_back(context: Any) -> Iterator[None]:
    """A process that starts in here is deaf to Ctrl-C until `worker.main` says otherwise.

    With forkserver the process's name sees to it, and only the server itself starts so. (Who asks the server for a
    process may not be interrupted, either: the server asks who calls, and dies of it, with all workers, if the caller
    has gone. The dispatcher sees to that.)
    """
    by_server = context.get_start_method() == "forkserver"
    if not hasattr(signal, "pthread_sigmask") or (by_server and not fork_server.is_to_be_deaf()):
        yield
        return
    from multiprocessing import resource_tracker  # loads what only the start of a process needs

    resource_tracker.ensure_running()  # its start would lift the ban
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
