"""What is different between two runs, in tables: for a terminal, and for the page of both."""

from pool_lab.lab.programs.run import Run
from pool_lab.lab.programs.text import Table, aligned, figures, seconds_by_function
from pool_lab.lab.trace.units import seconds

__all__ = ["changes", "differences", "pairs"]


def differences(before: Run, after: Run) -> str:
    """Both runs beside each other, for a terminal."""
    return "\n\n".join("\n".join(aligned([table.columns, *table.rows])) for table in changes(before, after))


def changes(before: Run, after: Run) -> tuple[Table, Table]:
    """The figures, and the functions by how much their total time has changed."""
    old, new = ({name: value for name, value, _ in figures(run)} for run in (before, after))
    rows = [[name, old.get(name, ""), new.get(name, "")] for name in dict.fromkeys([*old, *new])]
    was, now = ({name: sum(times) for name, times in seconds_by_function(run).items()} for run in (before, after))
    names = sorted({*was, *now}, key=lambda name: (-abs(now.get(name, 0.0) - was.get(name, 0.0)), name))
    functions = [[name, *_change(was.get(name), now.get(name))] for name in names]
    return (
        Table("What changed", ["", "before", "after"], rows),
        Table("Functions by change", ["function", "total before", "total after", "change"], functions),
    )


def _change(was: float | None, now: float | None) -> list[str]:
    """Both, and how they differ."""
    if was is None or now is None:
        return [
            "" if was is None else seconds(was),
            "" if now is None else seconds(now),
            "new" if was is None else "gone",
        ]
    return [seconds(was), seconds(now), f"{now / was:.2g} ×" if was else ""]


def pairs(before: Run, after: Run) -> list[tuple[int | None, int | None]]:
    """The numbers of pools that are the same in both runs: of one title, the first to the first, and so on. A pool that
    is in one run only has None beside it; those of the second run come last.
    """
    free: dict[str, list[int]] = {}
    for number, pool in enumerate(after.pools):
        free.setdefault(pool.title, []).append(number)
    found: list[tuple[int | None, int | None]] = []
    for number, pool in enumerate(before.pools):
        others = free.get(pool.title)
        found.append((number, others.pop(0) if others else None))
    return found + [(None, number) for number in sorted(number for rest in free.values() for number in rest)]
