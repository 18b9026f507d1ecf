"""`Reply`: what a worker process sends.

A fixed head, what kind of reply, to which request, what the worker measured, and which request it has taken since,
followed by a payload, if there is one (see `messages`).
"""

import struct
from enum import IntEnum
from math import isfinite
from typing import Any, NamedTuple

from pool_lab.call import Worktime

from .mailbox import NOTHING
from .memory import Memory

__all__ = ["NO_WORKTIME", "RAISED", "RETURNED", "RETURNED_APART", "BadReplyError", "Reply", "ReplyKind"]

HEAD = struct.Struct("<BQdddQ")
"""Of a reply: kind, request, began, ended, cpu_s, took."""
UNKNOWN = -1.0
"""Instead of `cpu_s`."""


class ReplyKind(IntEnum):
    ARRIVED = 0
    """The worker is up and its initializer has run; no payload."""
    UNPREPARED = 1
    """The initializer raised the payload; the worker ends."""
    RETURNED = 2
    RAISED = 3
    BEGUN = 4
    """The call was asked to stop too early: it began at `began`, or is just about to; no payload."""
    UNREADABLE = 5
    """The call could not be unpickled, which raised the payload."""
    RETURNED_APART = 7
    """The payload is the head of a parcel, whose memory comes with the message."""
    PART = 6
    """Of the outcomes of a stint, while it goes on."""
    TOGETHER = 8
    """The payload is what this call and some after it have returned."""


_KINDS = tuple(sorted(ReplyKind))
# Looking a member up in its class takes longer than anything that is done with it, and these are in every reply.
RETURNED, RETURNED_APART, RAISED = ReplyKind.RETURNED, ReplyKind.RETURNED_APART, ReplyKind.RAISED


class BadReplyError(Exception):
    """What a worker process sent is no reply, or none to the request it has."""


class Reply(NamedTuple):
    kind: ReplyKind
    request: int
    """The number of the request, in the worker's mailbox."""
    worktime: Worktime
    payload: Any
    """Bytes, or in a worker a parcel."""
    took: int = NOTHING
    """The number of the request from the backlog that the worker is at now."""
    memory: Memory | None = None
    """If the kind says so."""

    def to_bytes(self) -> bytes:
        began, ended, cpu_s = self.worktime
        head = HEAD.pack(self.kind, self.request, began, ended, UNKNOWN if cpu_s is None else cpu_s, self.took)
        return head + self.payload  # type: ignore[no-any-return]

    @classmethod
    def from_bytes(cls, message: bytes) -> "Reply":
        """Raises `BadReplyError`."""
        try:
            kind, request, began, ended, cpu_s, took = HEAD.unpack_from(message)
            if not isfinite(began + ended + cpu_s):
                raise ValueError("times that are no numbers")
            worktime = Worktime(began, ended, None if cpu_s == UNKNOWN else cpu_s)
            return cls(_KINDS[kind], request, worktime, message[HEAD.size :], took)
        except (struct.error, IndexError, ValueError) as error:
            raise BadReplyError(f"{len(message)} bytes that are no reply: {error}") from None


NO_WORKTIME = Worktime(0.0, 0.0, 0.0)
