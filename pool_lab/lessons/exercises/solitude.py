"""A network without neighbours for a process that runs foreign code: its own loopback, and nothing beyond it.

A network namespace of Linux does it. Who is not root gets one together with a user namespace, which some systems do not
allow. There, and on other systems, a process keeps the network it has.

https://man7.org/linux/man-pages/man7/network_namespaces.7.html
"""

import ctypes
import os
import socket
import struct
import subprocess
import sys
from functools import cache
from pathlib import Path

__all__ = ["can_seclude", "seclude"]

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
START_S = 60


@cache
def can_seclude() -> bool:
    """Whether it works here: tried by a process of its own, for there is no way back."""
    if sys.platform != "linux":
        return False
    trial = f"from {__name__} import seclude; seclude()"
    code = [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}; {trial}"]
    return subprocess.run(code, capture_output=True, timeout=START_S, check=False).returncode == 0


def seclude() -> None:
    """From now on this process, and whatever it starts, reaches nobody but itself. `OSError` if that cannot be.

    Call it while there is one thread only.
    """
    import fcntl  # not on Windows

    user, group = os.getuid(), os.getgid()
    if _unshare(CLONE_NEWNET):
        if error := _unshare(CLONE_NEWUSER | CLONE_NEWNET):
            raise OSError(error, os.strerror(error))
        for name, line in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
            Path("/proc/self", name).write_text(line, encoding="ascii")
    with socket.socket() as any_socket:  # the loopback is there, and down
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", IFF_UP))


def _unshare(flags: int) -> int:
    """0, or the number of the error."""
    libc = ctypes.CDLL(None, use_errno=True)
    return ctypes.get_errno() if libc.unshare(flags) else 0
