"""Draw which folder may import which: `python -m tools.draw_house` writes `docs/house.svg`.

The arrows come from the import rules in `tests/test_architecture.py`, so the drawing and the rules cannot disagree. An
arrow that follows from others is left out. Only the places of the folders are chosen here.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template

from tests.test_architecture import ABOVE_LAB, LAB, LIBRARY

PICTURE = Path(__file__).resolve().parent.parent / "docs" / "house.svg"
# Where the folders stand, in letters and lines: an arrow leads down. Files that many use and that use nothing are left
# out.
NOTEBOOKS = "                   notebooks"
LESSONS = """\
         grading         lesson_NN
              exercises      predictions
                    content"""
LAB_ROOMS = """\
               experiments
          display        programs
      stills       views          model
                   work
           recording        notebook
             trace"""
LIBRARY_FILES = """\
             process
            processes        thread
             worker           pool
                scheduler             job
                  call
                 future"""
FLOORS: list[tuple[str, str, dict[str, set[str]]]] = [
    ("", NOTEBOOKS, {"notebooks": set()}),
    ("pool_lab/lessons", LESSONS, ABOVE_LAB),
    ("pool_lab/lab", LAB_ROOMS, LAB),
    ("pool_lab", LIBRARY_FILES, LIBRARY),
]
LETTER, LINE, BOX, MARGIN, TITLE, GAP, WIDTH = 8.7, 50, 28, 12, 20, 24, 400
SVG = Template("""\
<svg xmlns="http://www.w3.org/2000/svg" class="house" role="img" viewBox="0 0 $width $height" width="$width" \
height="$height">
<title>$title</title>
<style>
.house { --ground: #fff; --floor: #f3f5f7; --box: #fff; --line: #5d6b78; --ink: #1f2328; font: 13px system-ui, \
sans-serif; max-width: 100%; height: auto }
@media (prefers-color-scheme: dark) { .house { --ground: #131416; --floor: #1f2225; --box: #2b2f34; --line: #9aa6b2; \
--ink: #e6edf3 } }
body[data-theme="light"] .house { --ground: #fff; --floor: #f3f5f7; --box: #fff; --line: #5d6b78; --ink: #1f2328 }
body[data-theme="dark"] .house { --ground: #131416; --floor: #1f2225; --box: #2b2f34; --line: #9aa6b2; --ink: #e6edf3 }
.house .ground { fill: var(--ground) }
.house .floor { fill: var(--floor) }
.house .box { fill: var(--box); stroke: var(--line) }
.house .arrow { fill: none; stroke: var(--line); stroke-width: 1.4; marker-end: url(#house-tip) }
.house .tip { fill: var(--line) }
.house text { fill: var(--ink); text-anchor: middle }
.house .name { font-weight: 600; text-anchor: start }
</style>
<defs><marker id="house-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">\
<path class="tip" d="M0 0 8 4 0 8z"/></marker></defs>
<rect class="ground" width="$width" height="$height" rx="6"/>
$drawing
</svg>
""")
WORDS = "Which folder may import which. Each floor imports the one below: notebooks, lessons, lab, library."


@dataclass(frozen=True)
class Box:
    name: str
    x: float
    y: float

    @property
    def width(self) -> float:
        return len(self.name) * 7.4 + 18

    def svg(self) -> str:
        left = self.x - self.width / 2
        rectangle = f'<rect class="box" x="{left:.1f}" y="{self.y}" width="{self.width:.1f}" height="{BOX}" rx="5"/>'
        return f'{rectangle}<text x="{self.x:.1f}" y="{self.y + 18.5}">{self.name}</text>'


def main() -> None:
    PICTURE.write_text(picture(), encoding="utf-8")


def picture() -> str:
    """The drawing as SVG. It brings its colours for a light and for a dark page, and its own ground."""
    parts: list[str] = []
    top, above = MARGIN, 0
    for title, plan, rules in FLOORS:
        height = plan.count("\n") * LINE + BOX + (TITLE + 2 * MARGIN if title else 0)
        if above:
            parts.append(arrow(WIDTH / 2, above, WIDTH / 2, top))
        parts += floor(title, plan, rules, top, height)
        above = top + height
        top = above + GAP
    return SVG.substitute(width=WIDTH, height=above + MARGIN, title=escape(WORDS), drawing="\n".join(parts))


def floor(title: str, plan: str, rules: dict[str, set[str]], top: int, height: int) -> Iterator[str]:
    if title:
        yield f'<rect class="floor" x="6" y="{top}" width="{WIDTH - 12}" height="{height}" rx="6"/>'
        yield f'<text class="name" x="18" y="{top + 20}">{title}</text>'
        top += TITLE + MARGIN
    placed = {box.name: box for box in boxes(plan, top)}
    for start, end in arrows(placed, rules):
        yield arrow(placed[start].x, placed[start].y + BOX, placed[end].x, placed[end].y)
    yield from (box.svg() for box in placed.values())


def boxes(plan: str, top: int) -> Iterator[Box]:
    for number, line in enumerate(plan.splitlines()):
        for word in re.finditer(r"\S+", line):
            yield Box(word[0], (word.start() + word.end()) // 2 * LETTER, top + number * LINE)


def arrows(shown: Collection[str], rules: dict[str, set[str]]) -> Iterator[tuple[str, str]]:
    """From each name to those that it may import, without those that an arrow from one of these leads to."""
    for start in shown:
        direct = rules[start].intersection(shown)
        beyond = {end for each in direct for end in reached(each, rules)}
        yield from ((start, end) for end in sorted(direct - beyond))


def reached(start: str, rules: dict[str, set[str]]) -> set[str]:
    return rules[start] | {end for each in rules[start] for end in reached(each, rules)}


def arrow(x1: float, y1: float, x2: float, y2: float) -> str:
    """A line that leaves and arrives vertically."""
    bend = (y2 - y1) / 2
    return f'<path class="arrow" d="M{x1:.1f} {y1}C{x1:.1f} {y1 + bend} {x2:.1f} {y2 - bend} {x2:.1f} {y2}"/>'


if __name__ == "__main__":
    main()
