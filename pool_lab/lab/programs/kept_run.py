"""Runs in notebooks: each is kept in the output that shows its picture, so that a page without a kernel can play it.

It is in the output's metadata, under a MIME type of its own. JupyterLab and nbclient store that as it is, and others
ignore it. In the output's data nbval would compare it, and no run is like another.

Nothing is kept of the Python, the machine or the time: a stored lesson is the same for everybody.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, NamedTuple

from pool_lab.lab.programs.packing import pack, unpack
from pool_lab.lab.programs.run import Facts, RecordedPool, Run
from pool_lab.lab.programs.run_file import RunFileError, from_data, to_data
from pool_lab.lab.trace.trace import Panels
from pool_lab.lab.trace.units import number_of
from pool_lab.lab.views.timeline.rows import TimelineRows

__all__ = ["RUN", "KeptRun", "keep", "kept_run", "run_of"]

RUN = "application/vnd.pool-lab.run+json"
MOST_CALLS = 20_000
"""A notebook keeps no run of more: it would grow by 100 kB, and its reader could not tell its calls apart."""


class KeptRun(NamedTuple):
    """What an output of a notebook has of a run."""

    run: Run | None
    """None: it was too long to be kept."""
    left_out: str = ""
    """Why, as a sentence."""
    is_pictured: bool = True
    """Whether the picture in this output is the timeline of the run. False: it is a chart of something else."""
    result: Mapping[str, Any] | None = None
    """Of a race, what its result shows (views/race_result)."""


def keep(
    panels: Panels, *, cores: int = 0, is_pictured: bool = True, result: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Metadata for an output that shows these traces, or a chart of them."""
    calls = sum(len(trace.spans) for *_, trace in panels)
    if not calls:
        return {}
    if calls > MOST_CALLS:
        return {
            RUN: {
                "left_out": f"This run has {number_of(calls, 'call')}. Notebooks keep runs of at most {MOST_CALLS:,}."
            }
        }
    more = {} if is_pictured else {"is_pictured": False}
    data = to_data(run_of(panels, cores))
    return {RUN: {"packed": pack({**data, "result": result} if result else data), **more}}


def kept_run(metadata: Mapping[str, Any]) -> KeptRun | None:
    """The run in the metadata of an output; None if there is none. Raises `RunFileError`."""
    kept = metadata.get(RUN)
    if kept is None:
        return None
    try:
        if "packed" not in kept:
            return KeptRun(None, str(kept["left_out"]))
        data = unpack(kept["packed"])
    except (ValueError, KeyError, TypeError) as error:
        raise RunFileError(f"a run in this notebook is damaged ({error}); run its cell again") from None
    run = from_data(data, "a run in this notebook")
    return KeptRun(run, is_pictured=kept.get("is_pictured", True), result=data.get("result"))


def run_of(panels: Panels, cores: int = 0) -> Run:
    """The run that these traces show. Each counts from its own origin; those with the same origin share a clock."""
    rows, by_origin = TimelineRows(), defaultdict(list)
    for number, (*_, trace) in enumerate(panels):
        by_origin[trace.origin].append((number, trace))
    for origin, together in by_origin.items():
        for number, _ in together:
            rows.start_clock(number, origin)
        rows.take((number, event) for number, trace in together for event in trace.events)
    pools = [
        RecordedPool(title, note, kind, trace.first_size, 0, tuple(trace.names), cores)
        for title, note, kind, trace in panels
    ]
    everything = rows.everything()
    return Run(Facts(lasted_s=rows.longest), tuple(pools), everything["calls"], everything["others"])
