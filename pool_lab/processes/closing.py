"""`closing`: held while descriptors are closed, and by whoever forks.

A child closes the descriptors it has inherited. One that was just being closed here it would close once more, by a
number that may be another one's by then.
"""

import os
import threading

__all__ = ["closing"]

closing = threading.Lock()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=closing.acquire, after_in_parent=closing.release, after_in_child=closing.release)
