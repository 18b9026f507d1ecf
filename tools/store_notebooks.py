"""Run lessons from top to bottom in a fresh kernel and store what they show: `python -m tools.store_notebooks FILE...`.

The result is the same on every machine: no widget state (a saved view is a reference to a kernel that is gone; the
still beside it stays), no timing, nothing of the Python, the folders or the person. Each cell is stored with a seal, a
digest of its source and its outputs, which shows if either was changed afterwards. `faults` says which of these rules a
stored lesson breaks; a test checks that it finds nothing.

No two runs take the same time, so no two pictures are equal. Storing a lesson again changes nothing as long as its text
is as before: from the top down to the first cell with another source or another text, stored outputs stay as they are.
Below it a picture may show something else, so all is stored anew. `--anew` stores everything anew: use it if pictures
are now drawn differently.
"""

import argparse
import copy
import hashlib
import json
import os
import re
import site
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

import nbformat
from IPython.utils.path import compress_user
from nbclient import NotebookClient
from nbformat import NotebookNode, v4

from pool_lab.lab.programs.kept_run import kept_run
from pool_lab.lessons.predictions.spoilers import spoilers

PROJECT = Path(__file__).resolve().parent.parent
CELL_TIMEOUT_S = 300
LONGEST_CELL, LONGEST_PROGRAM = 15, 30
"""Lines. The second is for an exercise, in which a learner's program may grow from step to step."""
CELLS_FOR_ONE_EXEMPTION = 20

METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "name": "python", "pygments_lexer": "ipython3"},
}
WIDGETS = "application/vnd.jupyter.widget"
EXEMPT = {"nbval-ignore-output", "nbval-skip"}
EXEMPT_COMMENT = re.compile(r"# *(NBVAL_IGNORE_OUTPUT|NBVAL_SKIP|PYTEST_VALIDATE_IGNORE_OUTPUT)")
MEANT_ERROR = {"raises-exception", "nbval-raises-exception"}
SEAL = "ran"
"""The cell metadata that holds the digest of what ran and what it showed."""
NO_TEXT = ("image/", "application/")
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="
PIXEL_ALT = {"image/png": {"alt": "what follows answers a question"}}
COLOUR = re.compile(r"\x1b\[[\d;]*m")
MACHINE_PATH = re.compile(r"(?<![\w.])(?:~/|/(?:home|root|Users|tmp|work|private|var/folders)/|[A-Z]:\\)[\w.\\/-]+")


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tools.store_notebooks", description="Run lessons and store them.")
    asked.add_argument("files", nargs="+", type=Path, help="the lessons")
    asked.add_argument("--anew", action="store_true", help="store all outputs, also those that show the same text")
    options = asked.parse_args()
    found = [f"{path}: {fault}" for path in options.files for fault in store(path, anew=options.anew)]
    if found:
        sys.exit("\n".join(found))


def store(path: Path, *, anew: bool = False) -> list[str]:
    """Run a lesson and store it. Returns its faults."""
    print(f"{path} ...", end="", flush=True)
    notebook = nbformat.read(path, as_version=4)
    stored = copy.deepcopy(notebook)
    run(notebook, path.parent)
    clean(notebook)
    fold(notebook)
    kept = 0 if anew else keep(stored, notebook)
    seal(notebook)
    nbformat.write(notebook, path)
    print(f" stored {len(code_cells(notebook)) - kept} of {len(code_cells(notebook))} code cells anew")
    return list(faults(notebook))


def run(notebook: NotebookNode, folder: Path) -> None:
    """Run all cells where a reader would; an error that is not marked as meant ends it."""
    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT_S,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
    )
    client.execute()


def clean(notebook: NotebookNode) -> None:
    """Take out, in place, what belongs to one machine or one run."""
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in code_cells(notebook):
        cell.metadata.pop("execution", None)
        cell.metadata.pop("jupyter", None)
        for output in cell.outputs:
            for kind in [kind for kind in output.get("data", {}) if kind.startswith(WIDGETS)]:
                del output["data"][kind]
            if output.output_type == "error":
                output.traceback = [portable(line) for line in output.traceback]


def fold(notebook: NotebookNode) -> None:
    """Have JupyterLab fold, in place, the outputs that give away the answer to a question above them.

    JupyterLab unfolds a cell when it runs. Others, such as GitHub, show all outputs.
    """
    for cell in giving_away(notebook):
        cell.metadata["jupyter"] = {"outputs_hidden": True}
        # Of a folded cell JupyterLab shows the first line of the first output. A picture has none.
        cell.outputs.insert(0, v4.new_output("display_data", {"image/png": PIXEL}, metadata=PIXEL_ALT))


def giving_away(notebook: NotebookNode) -> Iterator[NotebookNode]:
    """The cells with outputs that answer a question above them."""
    cells = code_cells(notebook)
    for cell, questions in zip(cells, spoilers(cell.source for cell in cells), strict=True):
        if questions and cell.outputs:
            yield cell


def keep(stored: NotebookNode, notebook: NotebookNode) -> int:
    """Put the stored outputs back, in place, down to the first cell that has changed. Returns how many cells keep them.

    What is put back is all that a cell has shown: a picture stays with what belongs to it.
    """
    kept = 0
    for before, now in zip(code_cells(stored), code_cells(notebook), strict=False):
        is_as_stored = before.metadata.get(SEAL) == digest(before)
        if not is_as_stored or before.source != now.source or not shows_the_same(before, now):
            break
        now.outputs = before.outputs
        kept += 1
    return kept


def shows_the_same(one: NotebookNode, other: NotebookNode) -> bool:
    """Whether nbval finds no difference in the texts, and all else is of the same kinds. Tracebacks may differ."""
    texts_count = not is_exempt(other)
    return [same(output, texts_count) for output in one.outputs] == [
        same(output, texts_count) for output in other.outputs
    ]


def same(output: NotebookNode, texts_count: bool) -> dict[str, str]:
    """What is the same in every run, by kind: the text, or nothing for pictures and what a program reads."""
    shown = {key: output[key] for key in ("text", "ename", "evalue") if key in output} | output.get("data", {})
    return {kind: content if texts_count and not kind.startswith(NO_TEXT) else "" for kind, content in shown.items()}


def seal(notebook: NotebookNode) -> None:
    """Note, in place, from which source the outputs of each cell come."""
    for cell in code_cells(notebook):
        cell.metadata[SEAL] = digest(cell)


def digest(cell: NotebookNode) -> str:
    """A short digest of the source of a cell and of all that it shows, pictures too."""
    shown = json.dumps([cell.source, cell.outputs], sort_keys=True)
    return hashlib.sha256(shown.encode()).hexdigest()[:16]


def portable(text: str) -> str:
    """A traceback's text without the folders of this machine; nbval does not compare tracebacks."""
    for folder in [*site.getsitepackages(), sysconfig.get_path("stdlib"), str(PROJECT)]:
        text = text.replace(folder + os.sep, "").replace(compress_user(folder) + os.sep, "")
    return text


def faults(notebook: NotebookNode) -> Iterator[str]:
    """What keeps a notebook from being one that anyone could have run, in words."""
    cells = code_cells(notebook)
    if [cell.execution_count for cell in cells] != list(range(1, len(cells) + 1)):
        yield "was not run once from top to bottom"
    if notebook.metadata != METADATA:
        yield "its metadata tells about the machine or keeps widget state"
    if CELLS_FOR_ONE_EXEMPTION * sum(map(is_exempt, cells)) > len(cells):
        yield "more than 1 code cell in 20 is exempt from comparison"
    spoiling = [id(cell) for cell in giving_away(notebook) if not is_folded(cell)]
    for number, cell in enumerate(cells, 1):
        if id(cell) in spoiling:
            yield f"code cell {number} answers a question above it and is not folded: run make notebooks"
        yield from (f"code cell {number} {fault}" for fault in cell_faults(cell))


def cell_faults(cell: NotebookNode) -> Iterator[str]:
    if not cell.source.strip():
        yield "is empty"
    longest = LONGEST_PROGRAM if "exercise" in tags(cell) else LONGEST_CELL
    if len(cell.source.splitlines()) > longest:
        yield f"has more than {longest} lines"
    if "execution" in cell.metadata:
        yield "stores when it ran"
    if cell.metadata.get(SEAL) != digest(cell):
        yield "shows what another source has shown: run make notebooks"
    for output in cell.outputs:
        if output.output_type == "error" and not MEANT_ERROR.intersection(tags(cell)):
            yield f"shows an error that is not tagged raises-exception: {output.ename}"
        if any(kind.startswith(WIDGETS) for kind in output.get("data", {})):
            yield "stores a widget that no one can open later"
        for text in texts(output):
            yield from (f"shows a path of the machine: {path}" for path in MACHINE_PATH.findall(COLOUR.sub("", text)))


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def is_folded(cell: NotebookNode) -> bool:
    """Whether JupyterLab shows nothing of its outputs."""
    return bool(cell.metadata.get("jupyter", {}).get("outputs_hidden")) and cell.outputs[0].metadata == PIXEL_ALT


def is_exempt(cell: NotebookNode) -> bool:
    return bool(EXEMPT.intersection(tags(cell)) or EXEMPT_COMMENT.search(cell.source))


def tags(cell: NotebookNode) -> Iterable[str]:
    return [str(tag) for tag in cell.metadata.get("tags", [])]


def texts(output: NotebookNode) -> Iterator[str]:
    """All that a reader sees of an output as text, also in the run that it keeps."""
    yield output.get("text", "")
    yield from output.get("traceback", [])
    yield from (text for kind, text in output.get("data", {}).items() if kind.startswith("text/"))
    kept = kept_run(output.get("metadata", {}))
    if kept is not None and kept.run is not None:
        yield from (part for row in [*kept.run.calls, *kept.run.others] for part in row if isinstance(part, str))


if __name__ == "__main__":
    main()
