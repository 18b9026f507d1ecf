"""Source files for the workloads: real ones, which every machine with Python has."""

import logging
import sysconfig
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

__all__ = ["bundles"]

logger = logging.getLogger(__name__)


def bundles(size: int = 40_000) -> list[tuple[str, ...]]:
    """Source files in bundles of at least `size` bytes."""
    made: list[tuple[str, ...]] = []
    bundle: list[str] = []
    filled = 0
    for path, length in _source_files():
        bundle.append(str(path))
        filled += length
        if filled >= size:
            made.append(tuple(bundle))
            bundle, filled = [], 0
    return made or [tuple(bundle)]


def _source_files() -> list[tuple[Path, int]]:
    """The modules of the standard library with their sizes, or else our own: some Pythons come without source."""
    standard = _readable(Path(sysconfig.get_path("stdlib")).glob("*.py"))
    if standard:
        return standard
    logger.warning("this Python has no source files of its standard library; the workload takes those of pool_lab")
    ours = _readable(Path(__file__).parents[2].rglob("*.py"))
    if not ours:
        raise RuntimeError("no source files to work on, neither of the standard library nor of pool_lab; try mix()")
    return ours


def _readable(paths: Iterable[Path]) -> list[tuple[Path, int]]:
    """Those that can be read, with their sizes. A folder may hold dangling links, and files of other users."""
    found = []
    for path in sorted(paths):
        with suppress(OSError):
            found.append((path, len(path.read_bytes())))
    return found
