"""The drawing of the house is that of the import rules."""

from tests.test_architecture import ABOVE_LAB, LAB, LIBRARY
from tools import draw_house


def test_the_stored_drawing_is_that_of_the_rules() -> None:
    assert draw_house.PICTURE.read_text(encoding="utf-8") == draw_house.picture(), "python -m tools.draw_house draws it"


def test_every_room_of_the_lab_is_drawn() -> None:
    assert set(draw_house.LAB_ROOMS.split()) == set(LAB), "give it a place in tools/draw_house.py"


def test_every_arrow_leads_down_and_every_import_that_is_allowed_follows_the_arrows() -> None:
    for plan, rules in (
        (draw_house.LESSONS, ABOVE_LAB),
        (draw_house.LAB_ROOMS, LAB),
        (draw_house.LIBRARY_FILES, LIBRARY),
    ):
        height = {box.name: box.y for box in draw_house.boxes(plan, top=0)}
        drawn = list(draw_house.arrows(height, rules))
        assert all(height[start] < height[end] for start, end in drawn)
        only_these = {name: {end for start, end in drawn if start == name} for name in height}
        for name in height:
            assert rules[name] & set(height) <= draw_house.reached(name, only_these)


def test_an_arrow_that_follows_from_others_is_left_out() -> None:
    rules = {"top": {"middle", "bottom", "unseen"}, "middle": {"bottom"}, "unseen": {"bottom"}, "bottom": set[str]()}
    assert list(draw_house.arrows(["top", "middle", "bottom"], rules)) == [("top", "middle"), ("middle", "bottom")]
