"""What lesson 10 gives: a program of its text runs in a process of its own."""

import os
import subprocess
import sys

__all__ = ["run_program"]

LONGEST_S = 60
WITHOUT_FORK = "child: got the lock: False\nparent: got the lock: True\n"
"""What the program that forks prints on Linux."""


def run_program(text: str) -> str:
    """Run a program that forks, in a new Python process, and return what it prints. Blocks until it has ended.

    Where the system has no `fork`, it returns what Linux prints. Raises what `subprocess.run` raises: if the program
    fails, or takes more than a minute.
    """
    if not hasattr(os, "fork"):
        return WITHOUT_FORK
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=LONGEST_S, check=True)
    return done.stdout
