"""What is sent for a call, and which calls are made ready before a worker is."""

from time import perf_counter

from pool_lab.call import Call
from pool_lab.dispatch import Dispatcher
from pool_lab.errors import CallPicklingError
from pool_lab.interrupts import interruptible

from .mailbox import is_long
from .messages import are_small, dumps_call, dumps_page
from .parcel import Parcel
from .rack import LONGEST, MOST
from .settings import Settings
from .shares import ProcessShare

__all__ = ["lay_ready", "request_for"]

MOST_READY = 400
"""Calls."""
LONGEST_S = 0.001
"""What it may take to lay those in the hand ready: meanwhile no worker can take the last of them."""


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
    """Lay as many calls ready as all workers will make in a moment. In the reader's thread."""
    backlog = settings.backlog
    if not backlog.is_used or not (dispatcher.sends_ahead or len(backlog)):
        return
    wanted = min(settings.calls_ahead * dispatcher.size, MOST_READY)
    if len(backlog) * 2 > wanted:  # not one by one: a worker that has just gone to sleep is woken once
        return
    while dispatcher.takes_ahead(min(wanted - len(backlog), MOST)):
        if not _lay_hand(settings, dispatcher):
            dispatcher.leave_ahead()
            break
    if not dispatcher.sends_ahead and len(backlog):  # somebody became idle who may have seen none of them
        dispatcher.call_back()


def _lay_hand(settings: Settings, dispatcher: Dispatcher) -> bool:
    """Lay those in the hand ready. False: some are left, as there is no room, or as it would take too long."""
    until = perf_counter() + LONGEST_S
    while hand := settings.backlog.hand:
        if not _lay(hand, settings, dispatcher) or perf_counter() > until:
            return not settings.backlog.hand
    return True


def _lay(calls: list[Call], settings: Settings, dispatcher: Dispatcher) -> bool:
    """Lay those ready that fit onto one page, at least the first. False: there is no room for them."""
    backlog = settings.backlog
    page: bytes | Parcel | None
    calls, page = _shared_page(calls)
    if page is None:
        try:
            page = dumps_call(calls[0].function, calls[0].args, calls[0].kwargs, settings.shelf)
        except BaseException as error:
            if backlog.drop(calls[0]):  # else whoever has it now will find this out
                _fail(calls[0], error, dispatcher)
            return True
    if isinstance(page, Parcel) or is_long(page):
        return False
    numbers = [next(settings.numbers) for _ in calls]
    return backlog.put(calls, numbers, page, dispatcher, together=not dispatcher.observers)


def _shared_page(calls: list[Call]) -> tuple[list[Call], bytes | None]:
    """The first call, and those after it that can share a page with it. None instead of the page: none can."""
    function, count = calls[0].function, 0
    for call in calls:
        if call.function is not function or call.kwargs or not are_small(call.args):
            break
        count += 1
    page = None
    while count > 1:
        page = dumps_page(function, [call.args for call in calls[:count]])
        if page is None or not is_long(page):
            break
        count = count * LONGEST // (2 * len(page))
    return (calls[:count], page) if count > 1 and page is not None else (calls[:1], None)
