"""What the fork server has to know.

It is a process from which workers are forked, so what it has loaded they need not load: it is asked to load what every
worker needs, besides what the program wants (`multiprocessing.set_forkserver_preload`). It can be asked before it has
started.

From Python 3.14 on it first imports the program's script, which may take long. It is started deaf to Ctrl-C, and hears
again when it has loaded the last module of those.

A forked child starts a fork server of its own. The one that its parent has started does not serve it; `multiprocessing`
does not know that: in the child it asks how that process is doing, which is not the child's own, and fails. So the
child forgets it.
"""

import os
import sys
from multiprocessing.context import BaseContext
from typing import Any

__all__ = ["is_to_be_deaf", "prepare"]

HEARING = "pool_lab.processes.hearing"
NEEDED = ["pool_lab.processes.worker", "pool_lab.processes.by_value", HEARING]


def prepare(context: BaseContext) -> None:
    """Have the server load what workers need, if this context uses it and it has not started."""
    if context.get_start_method() != "forkserver":
        return
    from multiprocessing import forkserver

    server: Any = forkserver._forkserver
    if server._forkserver_pid is None:
        wanted = server._preload_modules
        context.set_forkserver_preload([*wanted, *(module for module in NEEDED if module not in wanted)])


def is_to_be_deaf() -> bool:
    """Whether the server has not started, and knows when to hear again."""
    from multiprocessing import forkserver

    server: Any = forkserver._forkserver
    return server._forkserver_pid is None and HEARING in server._preload_modules


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
