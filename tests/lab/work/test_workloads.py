"""What can be varied of a workload, and what its calls then do."""

import ast
import sysconfig
import time
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from pool_lab.lab import workloads
from pool_lab.lab.work.workload import Parameter, Workload


def parameter(workload: Workload, name: str) -> Parameter:
    return next(parameter for parameter in workload.parameters if parameter.name == name)


def test_a_mix_waits_for_its_share_and_computes_for_the_rest() -> None:
    with workloads.mix(calls=3, length_s=0.4, waiting=0.25).open() as inputs:
        assert len(inputs) == 3
        ((pause_s, rounds),) = set(inputs)
    assert pause_s == pytest.approx(0.1)
    with workloads.mix(calls=1, length_s=0.4, waiting=0).open() as inputs:
        assert inputs[0][0] == 0
        assert rounds == pytest.approx(0.75 * inputs[0][1], abs=1)


def test_what_a_mix_computes_takes_a_core_for_about_as_long_as_it_says() -> None:
    with workloads.mix(calls=1, length_s=0.1, waiting=0).open() as inputs:
        began = time.thread_time()
        workloads.wait_and_compute(*inputs[0])
    # A core that is shared, or that runs at another speed by now, is no fault of the workload.
    assert 0.02 < time.thread_time() - began < 1


def test_a_mix_that_only_waits_computes_nothing() -> None:
    with workloads.mix(calls=1, length_s=0.01, waiting=1).open() as inputs:
        assert inputs == [(0.01, 0)]


@pytest.mark.parametrize("waiting", [-0.1, 1.5, 50])
def test_a_share_is_from_0_to_1(waiting: float) -> None:
    with pytest.raises(ValueError, match="waiting is a share, from 0 to 1"):
        workloads.mix(waiting=waiting)


@pytest.mark.parametrize(
    ("workload", "names"),
    [
        (workloads.mix(), ["calls", "length_s", "waiting"]),
        (workloads.fetch(), ["calls", "delay_s"]),
        (workloads.parse(), ["calls", "length_s"]),
        (workloads.compress(), ["calls", "length_s"]),
        (workloads.move(calls=2, megabytes=1), ["calls", "megabytes"]),
        (workloads.of(abs, [1, 2, 3]), ["calls"]),
    ],
    ids=str,
)
def test_a_workload_can_be_varied_by_its_parameters_and_keeps_the_rest(workload: Workload, names: list[str]) -> None:
    assert [parameter.name for parameter in workload.parameters] == names
    assert all(parameter.value in parameter.values for parameter in workload.parameters)
    more = workload.varied(calls=2)
    assert parameter(more, "calls").value == 2
    assert [parameter.value for parameter in more.parameters[1:]] == [
        parameter.value for parameter in workload.parameters[1:]
    ]
    assert (more.function, more.nature) == (workload.function, workload.nature)
    with more.open() as inputs:
        assert len(inputs) == 2


def test_a_tree_is_built_anew_if_someone_else_has_built_one_in_between(monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes = [SystemError("AST constructor recursion depth mismatch"), ast.parse("def one(): 1")]
    monkeypatch.setattr(ast, "parse", mock.Mock(side_effect=outcomes))
    assert workloads.parse_files(1, __file__) == 1


def test_calls_of_ones_own_can_be_fewer_and_all_again() -> None:
    few = workloads.of(abs, range(10)).varied(calls=2)
    assert parameter(few, "calls").values[-1] == 10
    with few.varied(calls=10).open() as inputs:
        assert list(inputs) == [(number,) for number in range(10)]


def test_a_parameter_says_its_values_in_words() -> None:
    mix = workloads.mix(calls=48, length_s=0.05, waiting=0.5)
    assert [parameter.words(parameter.value) for parameter in mix.parameters] == ["48", "50 ms", "50%"]


def test_what_has_been_varied_can_be_said() -> None:
    mix = workloads.mix(calls=48, length_s=0.05)
    assert mix.varied(calls=96, length_s=0.2).differences(mix) == ["calls 96", "length 0.20 s"]
    assert mix.differences(mix) == []


def test_what_cannot_be_varied_is_named_beside_what_can() -> None:
    with pytest.raises(TypeError, match=r"no waiting to vary in Workload\(parse .*: you can vary calls, length_s"):
        workloads.parse().varied(waiting=1)


def test_what_cannot_be_read_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "readable.py").write_text("def one(): ...\n", encoding="utf-8")
    (tmp_path / "dangling.py").symlink_to(tmp_path / "nowhere.py")
    (tmp_path / "folder.py").mkdir()
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path))
    with workloads.parse(2).open() as inputs:
        ((times, *files),) = set(inputs)
        assert files == [str(tmp_path / "readable.py")]
        assert [workloads.parse(2).function(*each) for each in inputs] == [times, times]


@pytest.mark.parametrize("make", [workloads.parse, workloads.compress])
def test_the_calls_of_a_workload_are_equal_and_take_about_as_long_as_they_should(make: Any) -> None:
    with make(calls=5, length_s=0.1).open() as inputs:
        (call,) = set(inputs)
        began = time.thread_time()
        make().function(*call)
    # A core that is shared, or that runs at another speed by now, is no fault of the workload.
    assert 0.02 < time.thread_time() - began < 1


@pytest.mark.parametrize("make", [workloads.parse, workloads.compress])
def test_calls_are_long_enough_to_watch_only_if_somebody_watches(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    in_passing = parameter(make(), "length_s").value
    monkeypatch.setattr(workloads, "someone_is_there", lambda: True)
    assert parameter(make(), "length_s").value > 2 * in_passing


def test_to_move_bytes_is_to_hand_them_over() -> None:
    workload = workloads.move(calls=3, megabytes=2)
    with workload.open() as inputs:
        assert [workload.function(*call) for call in inputs] == [2_000_000] * 3


def test_a_workload_can_be_made_longer() -> None:
    assert parameter(workloads.fetch(calls=3).longer(), "calls").value == 6
    assert Workload("calls", "unknown", abs, mock.Mock()).longer().parameters == ()


def test_without_source_of_the_standard_library_our_own_is_taken_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path))
    with workloads.compress(1).open() as inputs:
        assert workloads.compress(1).function(*inputs[0]) > 0
    assert "pool_lab" in caplog.text
