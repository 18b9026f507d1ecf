"""What stays of a live view in a notebook that is saved."""

from base64 import b64decode
from collections.abc import Iterator

import pytest

from pool_lab.lab.programs.kept_run import RUN
from tests.kernels import Kernel

WIDGET, PICTURE = "application/vnd.jupyter.widget-view+json", "image/png"

SHOWS = {
    "race": "shown = race(workloads.of(abs, range(4)), workers=2); shown",
    "sweep": "shown = sweep(workloads.of(abs, range(4)), workers=[1, 2], rounds=1, executors=['threads']); shown",
}


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    with Kernel() as started:
        started.run("from pool_lab import ProcessPoolExecutor, ThreadPoolExecutor")
        started.run("from pool_lab.lab import race, stacked, sweep, watch, workloads")
        # What multiprocessing starts once for the whole life of a process is there from now on.
        started.run("with ProcessPoolExecutor(1) as pool: pool.submit(abs, 1).result()")
        yield started


def bundles(kernel: Kernel, kind: str) -> list[tuple[str, dict[str, str]]]:
    """What was displayed or updated: where, and by MIME type."""
    shown = [message["content"] for message in kernel.messages if message["msg_type"] == kind]
    return [(content.get("transient", {}).get("display_id", ""), content["data"]) for content in shown]


def metadata(kernel: Kernel, kind: str) -> list[dict[str, object]]:
    return [message["content"]["metadata"] for message in kernel.messages if message["msg_type"] == kind]


@pytest.mark.parametrize("view", SHOWS)
def test_a_view_leaves_its_picture_where_it_was_displayed(kernel: Kernel, view: str) -> None:
    kernel.run(SHOWS[view])
    (_, sheet), (_, live), (room, empty) = bundles(kernel, "display_data")
    assert "<style>" in sheet["text/html"]
    assert WIDGET in live
    assert PICTURE not in empty, "before it has been run there is nothing to see"
    kernel.run("shown.start(); print(shown.wait(30)); shown._owner.join()")
    (place, still), *_ = bundles(kernel, "update_display_data")
    assert place == room
    assert b64decode(still[PICTURE]).startswith(b"\x89PNG")
    assert RUN in metadata(kernel, "update_display_data")[0], "a saved notebook keeps the run"
    assert still["text/plain"] == kernel.run("print(shown)").strip()


@pytest.mark.parametrize("view", SHOWS)
def test_a_view_that_is_displayed_after_the_run_has_its_picture_at_once(kernel: Kernel, view: str) -> None:
    kernel.run(SHOWS[view])
    kernel.run("shown.start(); shown.wait(30); shown._owner.join()")
    kernel.run("shown")
    _, (_, live), (_, still) = bundles(kernel, "display_data")
    assert WIDGET in live
    assert PICTURE in still


def test_a_sentence_that_is_printed_below_a_picture_is_not_in_it_as_well(kernel: Kernel) -> None:
    kernel.run("with ThreadPoolExecutor(1) as pool: calls = watch(pool); pool.submit(abs, 1).result()")
    kernel.run("stacked({'calls': calls}).figure()")
    ((_, alone),) = bundles(kernel, "execute_result")
    printed = kernel.run("stacked({'calls': calls})")
    ((_, above),) = bundles(kernel, "display_data")
    assert "calls: 1 done." in printed
    assert height(above) < height(alone) - 20


def height(shown: dict[str, str]) -> int:
    """Of the picture, as its PNG says."""
    return int.from_bytes(b64decode(shown[PICTURE])[20:24])


def test_a_watch_keeps_a_picture_of_the_calls_that_have_ended_though_its_pool_is_open(kernel: Kernel) -> None:
    kernel.run("pool = ThreadPoolExecutor(1); watched = watch(pool); watched")
    *_, (room, empty) = bundles(kernel, "display_data")
    assert PICTURE not in empty, "nothing has been submitted yet"
    kernel.run("pool.submit(abs, 1).result()\nimport time; time.sleep(3)")
    (place, still), *_ = bundles(kernel, "update_display_data")
    assert place == room
    assert PICTURE in still
    kernel.run("pool.shutdown()")


@pytest.mark.parametrize("view", SHOWS)
def test_a_run_is_not_harmed_by_its_picture(kernel: Kernel, view: str) -> None:
    kernel.run(SHOWS[view])
    shown = kernel.run(
        "shown.figure = lambda ax=None: 1 / 0; shown.start(); print(shown.wait(30)); shown._owner.join()"
    )
    assert "True" in shown
    assert shown.count("ZeroDivisionError: division by zero") == 1
    assert "the picture of this" in shown
