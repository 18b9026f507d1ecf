"""How many CPUs there are for this process."""

import os

__all__ = ["usable_cpus"]


def usable_cpus() -> int:
    """CPUs that this process may use: fewer than the machine has where an affinity mask or `-X cpu_count` says so."""
    if hasattr(os, "process_cpu_count"):  # Python 3.13
        return os.process_cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
