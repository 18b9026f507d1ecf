"""What is different between two runs, in a table."""

from pool_lab.lab.programs.run import Run
from pool_lab.lab.programs.text import aligned, figures, seconds_by_function
from pool_lab.lab.trace.units import seconds

__all__ = ["differences"]


def differences(before: Run, after: Run) -> str:
    """Both runs beside each other: the figures, and the functions by how much their total time has changed."""
    old, new = ({name: value for name, value, _ in figures(run)} for run in (before, after))
    rows = [["", "before", "after"]]
    rows += [[name, old.get(name, ""), new.get(name, "")] for name in dict.fromkeys([*old, *new])]
    was, now = ({name: sum(times) for name, times in seconds_by_function(run).items()} for run in (before, after))
    names = sorted({*was, *now}, key=lambda name: -abs(now.get(name, 0.0) - was.get(name, 0.0)))
    functions = [["function", "total before", "total after", "change"]]
    functions += [[name, *_change(was.get(name), now.get(name))] for name in names]
    return "\n".join([*aligned(rows), "", *aligned(functions)])


def _change(was: float | None, now: float | None) -> list[str]:
    """Both, and how they differ."""
    if was is None or now is None:
        return [
            "" if was is None else seconds(was),
            "" if now is None else seconds(now),
            "new" if was is None else "gone",
        ]
    return [seconds(was), seconds(now), f"{now / was:.2g} ×" if was else ""]
