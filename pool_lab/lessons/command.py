"""The command `pool-lab`. A part of it is loaded only if it is used: recording a program needs no widgets."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version

__all__ = ["main"]

RECORDING = "pool_lab.lab.programs.command"
COMMANDS = {
    "lessons": ("pool_lab.lessons.lesson_folder", "copy the lessons to a folder, or update them, and open JupyterLab"),
    "record": (RECORDING, "run a program and record its pools"),
    "show": (RECORDING, "show a recorded run: a file of --format json"),
    "compare": (RECORDING, "show what is different between two recorded runs"),
    "export": ("pool_lab.lessons.exporting.command", "write notebooks as pages that play their runs"),
    "report": ("pool_lab.lessons.progress_table", "show your own progress"),
    "grade": ("pool_lab.lessons.grading.command", "check all notebooks of a folder"),
}
"""The module of each command, and what it does. The module has a function of the command's name, which gets what was
chosen and returns the exit status; and, if there is something to choose, a function such as `record_arguments`, which
adds that to a parser."""
MISSING = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with these arguments, by default those of the command line. Returns the exit status.

    `SystemExit` if the arguments are wrong.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        chosen = _parser(arguments).parse_args(arguments)
        module, _ = COMMANDS[chosen.command]
        return int(getattr(import_module(module), chosen.command)(chosen))
    except ModuleNotFoundError as error:
        if (error.name or "pool_lab").startswith("pool_lab"):
            raise
        words = f"this command needs {error.name}, which is not installed; try: pip install 'pool_lab[lab]'"
        print(f"pool-lab: {words}", file=sys.stderr)
        return MISSING


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    description = "The lessons, your progress in them, and grading; and the pools of any program."
    parser = argparse.ArgumentParser(prog="pool-lab", description=description)
    parser.add_argument("--version", action="version", version=f"pool_lab {version('pool_lab')}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (module, does) in COMMANDS.items():
        command = commands.add_parser(name, help=does)
        if name in arguments[:1]:
            add_arguments = getattr(import_module(module), f"{name}_arguments", None)
            if add_arguments is not None:
                add_arguments(command)
    return parser


if __name__ == "__main__":
    sys.exit(main())
