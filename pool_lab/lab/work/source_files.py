"""Source files for the workloads: real ones, which every machine with Python has."""

import logging
import sysconfig
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

__all__ = ["some_source_files"]

logger = logging.getLogger(__name__)
BYTES = 40_000


def some_source_files() -> tuple[str, ...]:
    """Modules of the standard library, of 40 kB together; or else our own, since some Pythons come without source."""
    standard = _enough(Path(sysconfig.get_path("stdlib")).glob("*.py"))
    if standard:
        return standard
    logger.warning("this Python has no source files of its standard library; the workload takes those of pool_lab")
    ours = _enough(Path(__file__).parents[2].rglob("*.py"))
    if not ours:
        raise RuntimeError("no source files to work on, neither of the standard library nor of pool_lab; try mix()")
    return ours


def _enough(paths: Iterable[Path]) -> tuple[str, ...]:
    """The first of those that can be read. A folder may hold dangling links, and files of other users."""
    found: list[str] = []
    filled = 0
    for path in sorted(paths):
        if filled >= BYTES:
            break
        with suppress(OSError):
            filled += len(path.read_bytes())
            found.append(str(path))
    return tuple(found)
