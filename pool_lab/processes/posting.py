"""How a worker sends its replies."""

import sys
from contextlib import suppress
from multiprocessing.connection import Connection

from .inbox import LENGTH
from .parcel import Parcel, send_memory
from .replies import Reply, ReplyKind

__all__ = ["post"]


def post(reply: Reply, connection: "Connection[bytes, bytes]") -> None:
    """Send it; what its calls have printed comes first."""
    _flush()
    if isinstance(reply.payload, Parcel):
        head = reply._replace(kind=ReplyKind.RETURNED_APART, payload=reply.payload.head).to_bytes()
        send_memory(LENGTH.pack(len(head)) + head, reply.payload, connection)
    else:
        connection.send_bytes(reply.to_bytes())


def _flush() -> None:
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except Exception:  # one of them may be None, or closed
        with suppress(Exception):
            sys.stderr.flush()
