"""A forked child starts a fork server of its own.

The one that its parent has started does not serve it. `multiprocessing` does not know that: in the child it asks how
that process is doing, which is not the child's own, and fails. So the child forgets it.
"""

import os
import sys

__all__: list[str] = []


def _forget() -> None:
    server = getattr(sys.modules.get("multiprocessing.forkserver"), "_forkserver", None)
    if server is None or server._forkserver_pid is None:
        return
    os.close(server._forkserver_alive_fd)  # the server ends when nobody holds this
    preload = server._preload_modules
    server.__init__()
    server._preload_modules = preload


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
