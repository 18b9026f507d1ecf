"""What is sent for a call, and which calls are made ready before a worker is."""

from time import perf_counter

from pool_lab.call import Call
from pool_lab.dispatch import Dispatcher
from pool_lab.errors import CallPicklingError
from pool_lab.interrupts import interruptible

from .mailbox import LONGEST, labelled
from .messages import dumps_call
from .parcel import Parcel
from .settings import Settings
from .shares import ProcessShare

__all__ = ["lay_ready", "request_for"]

MOST_READY = 400
"""About what fits into a mailbox."""
MOST_AT_ONCE = 16
LONGEST_S = 0.001
"""What it may take to pickle those that are laid ready at once: meanwhile nobody can take them."""


def request_for(call: Call, settings: Settings, dispatcher: Dispatcher) -> bytes | Parcel | None:
    """What to send; the call's future runs now. None: it is over already, or cannot be sent."""
    return _pickled(call, settings, dispatcher) if call.begin() else None


def _pickled(call: Call, settings: Settings, dispatcher: Dispatcher) -> bytes | Parcel | None:
    try:
        if isinstance(call, ProcessShare):
            return call.batch.request(call, settings.shelf)
        with interruptible():  # pickling may take long
            return dumps_call(call.function, call.args, call.kwargs, settings.shelf)
    except BaseException as error:
        _fail(call, error, dispatcher)
        if isinstance(error, KeyboardInterrupt):
            raise
    return None


def _fail(call: Call, error: BaseException, dispatcher: Dispatcher) -> None:
    """It cannot be pickled, or Ctrl-C, or somebody's __reduce__ exits."""
    if call.begin():
        dispatcher.fail(call, error.with_traceback(None) if isinstance(error, CallPicklingError) else error)


def lay_ready(settings: Settings, dispatcher: Dispatcher) -> None:
    """Lay as many calls ready as all workers will make in a moment."""
    backlog = settings.backlog
    if not backlog.is_used or not (dispatcher.sends_ahead or len(backlog)):
        return
    wanted = min(settings.calls_ahead * dispatcher.size, MOST_READY)
    if len(backlog) * 2 > wanted:  # not one by one: a worker that has just gone to sleep is woken once
        return
    while calls := dispatcher.next_ahead(min(wanted - len(backlog), MOST_AT_ONCE)):
        laid_ready = _laid_ready(calls, settings, dispatcher)
        if laid_ready < len(calls):
            dispatcher.take_back(calls[laid_ready:])
            break
    if not dispatcher.sends_ahead and len(backlog):  # somebody became idle who may have seen none of them
        dispatcher.call_back()


def _laid_ready(calls: list[Call], settings: Settings, dispatcher: Dispatcher) -> int:
    """How many of them, from the first on, are laid ready now, or over."""
    together, began = not dispatcher.observers, perf_counter()
    packets: list[tuple[Call, int, bytes]] = []
    done = 0
    for call in calls:
        try:
            request = dumps_call(call.function, call.args, call.kwargs, settings.shelf)
        except BaseException as error:
            _fail(call, error, dispatcher)
        else:
            if len(request) > LONGEST or isinstance(request, Parcel):
                break
            number = next(settings.numbers)
            packets.append((call, number, labelled(number, request, together)))
        done += 1
        if perf_counter() - began > LONGEST_S:
            break
    room = settings.backlog.put(packets, dispatcher)
    return done if room == len(packets) else calls.index(packets[room][0])
