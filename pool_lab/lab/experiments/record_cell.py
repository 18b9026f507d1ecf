"""`%%record` in the first line of a cell of IPython: shows what the pools did that the cell made.

    %load_ext pool_lab

    %%record                    or %%record run.html, which saves it, too
    with ThreadPoolExecutor(2) as pool:
        ...

This is no ordinary cell magic. A cell magic gets the cell as text and has to run it itself: errors then look
different, and `await` is refused. Here `%%record` becomes `%record`, a line of the cell that begins the recording, and
the end of the cell ends it. Otherwise the cell runs as it would alone. `%record` in the middle of a cell records from
there to the end of the cell.

A recording sees the pools of the whole process, also those that other threads make meanwhile.
"""

import sys
from pathlib import Path
from typing import Any

from IPython.core.error import UsageError
from IPython.core.inputtransformer2 import cell_magic

from pool_lab.lab.experiments.recorded import show
from pool_lab.lab.programs.formats import maker_for, why_not_writable, write
from pool_lab.lab.programs.recording import Recording, record

__all__ = ["load_ipython_extension"]

MAGIC = "%%record"


def load_ipython_extension(shell: Any) -> None:
    """`%load_ext pool_lab`. Loading it again changes nothing."""
    transformers = shell.input_transformers_cleanup
    if as_a_line not in transformers:
        transformers.append(as_a_line)
        recorder = CellRecorder(shell)
        shell.register_magic_function(recorder.begin, "line", "record")
        shell.register_magic_function(recorder.run, "cell", "record")
        shell.events.register("pre_run_cell", recorder.enter)
        shell.events.register("post_run_cell", recorder.end)


def as_a_line(lines: list[str]) -> list[str]:
    """The lines of a cell, with `%record` in place of `%%record` at the top. Other cells stay as they are."""
    if not lines or lines[0].split(maxsplit=1)[:1] != [MAGIC] or len(lines) == 1:
        return lines
    below = cell_magic(lines[1:])  # type: ignore[no-untyped-call]  # there may be another cell magic
    return [lines[0][1:], *below]


class CellRecorder:
    """Records from `begin` to the end of the cell."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._recording: Recording | None = None
        self._target = ""
        self._inner = 0
        """How many cells run inside the recorded one: %%capture runs its cell so."""

    def begin(self, line: str) -> None:
        """Record from here to the end of the cell, and show it: `%record`, or `%record run.html` to save it as well.

        The ending of the file chooses its format: .html, .json, .txt or .perfetto.json. Only pools that are made
        meanwhile are recorded.
        """
        target = line.strip().strip("\"'")
        if self._recording is not None:
            raise UsageError("this cell is recorded already; write %%record once, in its first line")
        if target:
            _check(target)
        self._inner, self._target, self._recording = 0, target, record().__enter__()

    def run(self, line: str, cell: str) -> None:
        """Record the pools that a cell makes, and show them: `%%record`, or `%%record run.html` to save it as well.

        The ending of the file chooses its format: .html, .json, .txt or .perfetto.json.
        """
        self.begin(line)  # here only below another cell magic: see `as_a_line`
        self._shell.run_cell(cell)

    def enter(self, _: object = None) -> None:
        """A cell begins."""
        self._inner += 1

    def end(self, _: object = None) -> None:
        """A cell has ended, with or without an error."""
        if self._inner and self._recording is not None:
            self._inner -= 1
            return
        recording, self._recording = self._recording, None
        if recording is None:
            return
        recording.__exit__()
        run = recording.run
        show(run)
        if self._target and run.pools:
            try:
                write(run, Path(self._target))
            except OSError as error:
                print(f"cannot write {self._target}: {error.strerror}", file=sys.stderr)


def _check(target: str) -> None:
    try:
        maker_for(Path(target))
    except ValueError as error:
        raise UsageError(str(error)) from None
    if problem := why_not_writable(target):
        raise UsageError(f"{problem}; name another file")
