"""The shelf: memory is used again when nobody has it, and never before."""

import mmap

import pytest

from pool_lab.processes import memory
from pool_lab.processes.memory import Shelf
from tests.library.watching import open_files

pytestmark = pytest.mark.skipif(not memory.can_be_sent(), reason="this system has no memory that could travel")

SIZE = 1_000_000


def test_memory_is_used_again_once_nobody_has_it() -> None:
    shelf, before = Shelf(), open_files()
    for _ in range(10):
        lent = shelf.lend(SIZE)
        lent.append(memoryview(bytes(SIZE)))
        del lent
    assert open_files() == before + 1
    shelf.close()
    assert open_files() == before


def test_memory_that_somebody_has_is_not_used_for_something_else() -> None:
    shelf = Shelf()
    first = shelf.lend(SIZE)
    first.append(memoryview(b"1" * SIZE))
    mapped = mmap.mmap(first.descriptor, SIZE)
    del first
    second = shelf.lend(SIZE)
    second.append(memoryview(b"2" * SIZE))
    assert mapped[:] == b"1" * SIZE


def test_only_so_much_memory_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MOST_BYTES", 3 * SIZE)
    shelf, before = Shelf(), open_files()
    lent = [shelf.lend(SIZE) for _ in range(10)]
    assert len({one.descriptor for one in lent}) == 10
    del lent
    assert open_files() == before + 3
    del shelf
    assert open_files() == before
