"""The series of lessons."""

__all__ = ["LESSONS", "notebook", "title"]

LESSONS = (
    "00_start_here",
    "01_see_why_pools_exist",
    "02_hand_over_a_call",
    "03_hold_a_promise",
    "04_map_a_function",
    "05_shut_down_cleanly",
    "06_wait_for_many",
    "07_race_threads_and_processes",
    "08_build_a_thread_pool",
    "09_build_a_process_pool",
    "10_break_a_pool_safely",
    "11_choose_the_number_of_workers",
    "12_go_beyond_one_machine",
)
"""The notebooks, without their ending."""


def notebook(number: str) -> str:
    """The notebook of the lesson with that number, such as "07". `ValueError` if there is none."""
    for name in LESSONS:
        if name.startswith(f"{number}_"):
            return name
    raise ValueError(f"there is no lesson {number!r}; they are {LESSONS[0][:2]} to {LESSONS[-1][:2]}")


def title(number: str) -> str:
    """The first line of the lesson: "Race threads and processes"."""
    return notebook(number)[len(number) + 1 :].replace("_", " ").capitalize()
