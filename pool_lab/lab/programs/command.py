"""The commands `pool-lab record`, `show` and `compare`."""

import argparse
import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from pathlib import Path

from pool_lab.lab.programs.comparison import comparison
from pool_lab.lab.programs.differences import differences
from pool_lab.lab.programs.formats import FORMATS, EndingError, chosen_format, why_not_writable
from pool_lab.lab.programs.recording import record_program
from pool_lab.lab.programs.run import Run
from pool_lab.lab.programs.run_file import RunFileError, read_run
from pool_lab.lab.trace.units import number_of

__all__ = ["compare", "compare_arguments", "record", "record_arguments", "show", "show_arguments"]

BAD_INPUT = 2
OUTPUT = "-"
"""The name that stands for the output of the command."""
NO_POOL = """\
the program made no pool that can be recorded, so there is nothing to show. Processes of multiprocessing.Pool and of \
joblib cannot be recorded."""
COMPARISONS = {"text": (OUTPUT, differences), "html": ("compare.html", comparison)}
"""As `FORMATS`, of two runs."""


@contextmanager
def _without_collector() -> Iterator[None]:
    """Millions of objects are made of a long run, and live until the end: looking through them takes as long again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _saying_what_is_wrong(command: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """A file that cannot be read, or an ending of no format, is a line of text and an exit status."""

    @wraps(command)
    def checked(chosen: argparse.Namespace) -> int:
        try:
            return command(chosen)
        except RunFileError as error:
            return _complain(str(error))
        except EndingError as error:
            return _complain(f"{error}; or choose a format with --format")

    return checked


@_saying_what_is_wrong
@_without_collector()
def record(chosen: argparse.Namespace) -> int:
    """Run the program, and write what was recorded. Returns the program's exit status; ends by its signal."""
    if chosen.script[:1] == ["--"]:
        del chosen.script[0]
    if chosen.script and not Path(chosen.script[0]).exists():
        return _complain(f"there is no file {chosen.script[0]}; name a script, or use -m with a module")
    ways = (("-m", chosen.module), ("-c", chosen.code), ("", chosen.script))
    arguments = next(([*filter(None, [option]), *given] for option, given in ways if given), None)
    if arguments is None:
        return _complain("say what to record: a script, -m and a module, or -c and code")
    if problem := why_not_writable(_target(chosen)):
        return _complain(f"{problem}; name another file with --out")
    run = record_program(arguments)
    status = run.facts.status or 0
    if not run.pools:
        print(f"pool-lab: {NO_POOL}", file=sys.stderr)
    else:
        _write(run, chosen)
    if status < 0:  # end by the same signal, as a shell expects it
        with suppress(OSError):
            sys.stdout.flush()
        with suppress(OSError):  # SIGKILL needs no such thing
            signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    return status


@_saying_what_is_wrong
@_without_collector()
def show(chosen: argparse.Namespace) -> int:
    """Write a recorded run in another format."""
    return _write(_read(chosen.file), chosen)


@_saying_what_is_wrong
@_without_collector()
def compare(chosen: argparse.Namespace) -> int:
    """Say what is different between two runs: a table, or a page with both timelines."""
    default, make = COMPARISONS[chosen_format(chosen.format, chosen.out, COMPARISONS, "text")]
    target = str(chosen.out or default)
    return _put(make(_read(chosen.before), _read(chosen.after)), target) or _say(target)


def _read(file: Path) -> Run:
    run = read_run(file)
    if not run.pools:
        raise RunFileError(f"{file} has no pool, so there is nothing to show; record a program that makes one")
    return run


def _target(chosen: argparse.Namespace) -> str:
    default, _ = FORMATS[chosen_format(chosen.format, chosen.out, FORMATS, "html")]
    return str(chosen.out or default)


def _write(run: Run, chosen: argparse.Namespace) -> int:
    _, make = FORMATS[chosen_format(chosen.format, chosen.out, FORMATS, "html")]
    target = _target(chosen)
    calls = number_of(sum(len(trace.spans) for trace in run.traces), "call")
    return _put(make(run), target) or _say(target, f"{number_of(len(run.pools), 'pool')}, {calls}: ")


def _put(made: str, target: str) -> int:
    """Write it to a file, or to the output. Returns the exit status."""
    if target == OUTPUT:
        encoding = sys.stdout.encoding or "utf-8"
        with suppress(BrokenPipeError):  # of a reader such as `head`
            print(made.encode(encoding, "backslashreplace").decode(encoding))
        return 0
    try:
        Path(target).write_text(made, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        return _complain(f"cannot write {target}: {error.strerror}")
    return 0


def _say(target: str, what: str = "") -> int:
    """Which file was written."""
    if target != OUTPUT:
        print(f"pool-lab: {what}{target}", file=sys.stderr)
    return 0


def _complain(words: str) -> int:
    print(f"pool-lab: {words}", file=sys.stderr)
    return BAD_INPUT


def record_arguments(parser: argparse.ArgumentParser) -> None:
    parser.usage = "%(prog)s [--format FORMAT] [--out FILE] (script.py | -m module | -c code) [arguments]"
    parser.description = RECORD
    _add_output(parser)
    parser.add_argument("-m", dest="module", nargs=argparse.REMAINDER, help="a module, and its arguments")
    parser.add_argument("-c", dest="code", nargs=argparse.REMAINDER, help="code, and its arguments")
    parser.add_argument("script", nargs=argparse.REMAINDER, help="a script, and its arguments")


def show_arguments(parser: argparse.ArgumentParser) -> None:
    _add_output(parser)
    parser.add_argument("file", type=Path)


def compare_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    by_default = "text is a table, html a page with both timelines; by default what the ending of --out says, else text"
    parser.add_argument("--format", choices=COMPARISONS, help=by_default)
    parser.add_argument("--out", "-o", help="the file to write, or - for the output; for html by default compare.html")


RECORD = """\
Run a Python program, unchanged, and record every executor that it makes, also in its processes: pools of threads,
processes and interpreters of concurrent.futures and of pool_lab, the default executor of asyncio, and
multiprocessing's ThreadPool."""


def _add_output(parser: argparse.ArgumentParser) -> None:
    by_default = "by default what the ending of --out says, else html, a page for a browser"
    parser.add_argument("--format", choices=FORMATS, help=by_default)
    parser.add_argument("--out", "-o", help="the file to write, or - for the output; by default run.html and the like")
