"""A sandbox for a process that runs foreign code: what it may read and write, whom it may signal, and no network.

Two parts of the Linux kernel do it: with them a process gives up rights forever, for itself and for all that it starts.
Landlock (5.13 and newer) isolates files, without any privilege. A network namespace has its own loopback and nothing
beyond it; without being root, a process gets one together with a user namespace, which some systems do not allow.
Elsewhere a process keeps what it has: `can_isolate_files` and `can_isolate_network` say so.

https://docs.kernel.org/userspace-api/landlock.html
https://man7.org/linux/man-pages/man7/network_namespaces.7.html
"""

import ctypes
import os
import socket
import struct
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

__all__ = ["can_isolate_files", "can_isolate_network", "isolate_files", "isolate_network"]

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
ASK_FOR_VERSION = 1
PATH_BENEATH = 1
PR_SET_NO_NEW_PRIVS = 38

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
READ = EXECUTE | READ_FILE | READ_DIR
TRUNCATE, IOCTL_DEV = 1 << 14, 1 << 15
TO_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
"""The rights that make sense for files that are not folders."""
RIGHTS_BY_VERSION = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""How many rights to files each version knows; later ones know as many as 5."""
ABSTRACT_SOCKETS, SIGNALS = 1 << 0, 1 << 1
"""What can be kept inside from version 6 on."""

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
START_S = 60


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("ports", ctypes.c_uint64), ("kept_inside", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("rights", ctypes.c_uint64), ("folder", ctypes.c_int32))


def can_isolate_files() -> bool:
    return _version() > 0


def isolate_files(readable: Iterable[str], writable: Iterable[str]) -> bool:
    """From now on this thread, and whatever it starts, reads only below the one and writes only below the other.

    Nor does it reach a process outside with a signal, where the kernel knows how. False if the system cannot do it.
    Call it while there is one thread only.
    """
    version = _version()
    if not version:
        return False
    rights = (1 << RIGHTS_BY_VERSION.get(version, 16)) - 1
    ruleset = _Ruleset(rights, 0, ABSTRACT_SOCKETS | SIGNALS if version >= 6 else 0)
    size = 24 if version >= 6 else 8
    rules = _call(CREATE_RULESET, ctypes.byref(ruleset), ctypes.c_size_t(size), 0)
    try:
        for paths, granted in ((readable, READ), (writable, rights)):
            for path in paths:
                _allow(rules, path, granted & rights)
        _check(_libc().prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        _call(RESTRICT_SELF, rules, 0)
    finally:
        os.close(rules)
    return True


def _allow(rules: int, path: str, rights: int) -> None:
    with _opened(path) as descriptor:
        if descriptor is not None:
            granted = rights if Path(path).is_dir() else rights & TO_A_FILE
            rule = _PathBeneath(granted, descriptor)
            _call(ADD_RULE, rules, PATH_BENEATH, ctypes.byref(rule), 0)


@contextmanager
def _opened(path: str) -> Iterator[int | None]:
    """None if it is not there: what is not there needs no right."""
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)  # type: ignore[attr-defined,unused-ignore]
    except OSError:
        yield None
        return
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _version() -> int:
    """The version of Landlock that the kernel speaks; 0 for none."""
    if sys.platform != "linux":
        return 0
    return max(0, int(_libc().syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ASK_FOR_VERSION)))


def _call(number: int, *arguments: object) -> int:
    return _check(_libc().syscall(number, *arguments))


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _check(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


@cache
def can_isolate_network() -> bool:
    """Whether it works here. A separate process tries it, because it cannot be undone."""
    if sys.platform != "linux":
        return False
    trial = f"from {__name__} import isolate_network; isolate_network()"
    code = [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}; {trial}"]
    return subprocess.run(code, capture_output=True, timeout=START_S, check=False).returncode == 0


def isolate_network() -> None:
    """From now on this process, and whatever it starts, has no network. `OSError` if the system does not allow it.

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
    return ctypes.get_errno() if _libc().unshare(flags) else 0
