"""Pools of the standard library and of ours in turn: each of these claims is made of both."""

from collections.abc import Iterator

import pytest

from tests.contract.gates import Gate
from tests.library.beside_standard.both import LIBRARIES, Watch, open_pools
from tests.library.watching import MakePool


@pytest.fixture(params=LIBRARIES)
def library(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def make_pool(library: str, kind: str, gates: list[Gate]) -> Iterator[MakePool]:
    with open_pools(library, kind, gates) as make:
        yield make


@pytest.fixture
def watch(without_collector: None) -> Watch:
    return Watch()
