"""What is sent for a call, and which calls are made ready before a worker is."""

from pool_lab.call import Call
from pool_lab.dispatch import Dispatcher
from pool_lab.errors import CallPicklingError
from pool_lab.interrupts import interruptible

from .mailbox import is_long, numbered
from .messages import dumps_call
from .parcel import Parcel
from .settings import Settings
from .shares import ProcessShare

__all__ = ["lay_ready", "request_for"]

MOST_READY = 400
"""About what fits into a mailbox."""


def request_for(call: Call, settings: Settings, dispatcher: Dispatcher) -> bytes | Parcel | None:
    """What to send; the call's future runs now. None: it is over already, or cannot be sent."""
    return _pickled(call, settings, dispatcher) if call.begin() else None


def _pickled(call: Call, settings: Settings, dispatcher: Dispatcher) -> bytes | Parcel | None:
    try:
        if isinstance(call, ProcessShare):
            return call.batch.request(call, settings.shelf)
        with interruptible():  # pickling may take long
            return dumps_call(call.function, call.args, call.kwargs, settings.shelf)
    except BaseException as error:  # it cannot be pickled, or Ctrl-C, or somebody's __reduce__ exits
        if call.begin():
            dispatcher.fail(call, error.with_traceback(None) if isinstance(error, CallPicklingError) else error)
        if isinstance(error, KeyboardInterrupt):
            raise
    return None


def lay_ready(settings: Settings, dispatcher: Dispatcher) -> None:
    """Lay as many calls ready as all workers will make in a moment."""
    backlog = settings.backlog
    if not backlog.is_used or not (dispatcher.sends_ahead or len(backlog)):
        return
    wanted = min(settings.calls_ahead * dispatcher.size, MOST_READY)
    if len(backlog) * 2 > wanted:  # not one by one: a worker that has just gone to sleep is woken once
        return
    while len(backlog) < wanted and (call := dispatcher.next_ahead()) is not None:
        if not _is_laid_ready(call, settings, dispatcher):
            dispatcher.take_back(call)
            break
    if not dispatcher.sends_ahead and len(backlog):  # somebody became idle who may have seen none of them
        dispatcher.call_back()


def _is_laid_ready(call: Call, settings: Settings, dispatcher: Dispatcher) -> bool:
    request = _pickled(call, settings, dispatcher)
    if request is None:
        return True
    if isinstance(request, Parcel) or is_long(request):
        return False
    number = next(settings.numbers)
    return settings.backlog.put(call, number, numbered(number, request), dispatcher)
