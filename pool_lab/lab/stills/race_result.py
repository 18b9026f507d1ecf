"""The result of a race as a chart: a bar for each executor, as long as its makespan, with what its workers did."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.offsetbox import DrawingArea, HPacker, OffsetBox
from matplotlib.patches import Rectangle

from pool_lab.lab.stills.page import MARGIN, SMALL, WIDTH, Page, note, text
from pool_lab.lab.stills.style import GROUND, HAIRLINE, INK, POINT, QUIET, colours, styled
from pool_lab.lab.trace.race_result import RaceResult
from pool_lab.lab.trace.race_words import HEADING, PARTS, ChartRow, chart_rows, ideal_words

__all__ = ["add_result", "draw_result", "result_axes", "result_height"]

TOP, HEAD, ROW, IDEAL, LEGEND = 12, 44, 46, 20, 34  # pixels
LETTER, BARS = 8.2, 0.72  # pixels of a bold letter; share of the width for the longest bar
BAR_TOP, BAR_BOTTOM, WORDS = 0.16, 0.58, 0.8  # of a row


def result_axes(axes: Axes, result: RaceResult) -> None:
    """Draw the chart on axes."""
    rows = chart_rows(result)
    with styled():
        axes.set(xlim=(0, (result.longest_s or 1.0) / BARS), ylim=(max(len(rows), 1), 0), xticks=[])
        axes.set_yticks([row + (BAR_TOP + BAR_BOTTOM) / 2 for row in range(len(rows))], [line.label for line in rows])
        for label in axes.get_yticklabels():
            label.set(color=INK, fontweight="bold", fontsize=12.5 * POINT)
        for row, line in enumerate(rows):
            _draw_line(axes, row, line)
        if result.ideal_s is not None:
            _draw_ideal(axes, result, len(rows))
        if not rows:
            axes.text(0, 0.5, "no executor has finished yet", color=QUIET, va="center", gid="empty")


def result_height(result: RaceResult) -> float:
    """How many pixels high `add_result` is."""
    return HEAD + ROW * max(len(chart_rows(result)), 1) + IDEAL + LEGEND


def draw_result(figure: Figure, result: RaceResult, caption: str = "") -> None:
    """Draw the result alone on the figure, and set its size."""
    with styled():
        add_result(Page(figure, TOP + result_height(result), caption), TOP, result)


def add_result(page: Page, top: float, result: RaceResult) -> None:
    """Draw the chart on a page, with its heading and its legend."""
    rows = max(len(chart_rows(result)), 1)
    with styled():
        page.write(MARGIN, top + 14, [text("Result", INK, 18, bold=True), text(HEADING, QUIET)])
        left = MARGIN + 10 + LETTER * max((len(line.label) for line in chart_rows(result)), default=0)
        result_axes(page.axes(left, top + HEAD, WIDTH - MARGIN - left, ROW * rows), result)
        page.write(MARGIN, top + HEAD + ROW * rows + IDEAL + LEGEND / 2, _legend(result), gap=18)


def _draw_line(axes: Axes, row: int, line: ChartRow) -> None:
    start = 0.0
    for part, spent in line.parts.items():
        if spent > 0:
            axes.add_patch(_shape(part, line.kind, (start, row + BAR_TOP), spent, BAR_BOTTOM - BAR_TOP))
        start += spent
    middle = row + (BAR_TOP + BAR_BOTTOM) / 2
    note(axes, line.makespan, (line.makespan_s, middle), (10, 0), pixels=12.5)
    note(axes, line.call, (0, row + WORDS))
    right = axes.get_yaxis_transform()
    axes.text(1, middle, line.speed_up, transform=right, ha="right", va="center", fontsize=14 * POINT, weight="bold")
    efficiency = f"efficiency {line.efficiency}" if line.efficiency else ""
    axes.text(1, row + WORDS, efficiency, transform=right, ha="right", va="center", color=QUIET, fontsize=SMALL)


def _shape(part: str, kind: str, corner: tuple[float, float], width: float, height: float) -> Rectangle:
    """The parts differ in order and hatching as well as in colour."""
    look = colours(kind)
    style = {
        "there": {"facecolor": GROUND, "edgecolor": QUIET, "hatch": "....."},
        "core": {"facecolor": look.fill},
        "ready": {"facecolor": look.tint, "edgecolor": look.fill, "hatch": "////"},
        "back": {"facecolor": INK},
        "idle": {"facecolor": GROUND, "edgecolor": HAIRLINE},
    }[part]
    return Rectangle(corner, width, height, linewidth=0.6 * POINT, gid=part, **style)  # type: ignore[arg-type]


def _draw_ideal(axes: Axes, result: RaceResult, rows: int) -> None:
    ideal_s = result.ideal_s or 0.0
    line = Line2D([ideal_s, ideal_s], [0, rows], color=INK, linewidth=POINT, linestyle=(0, (1, 2)), gid="ideal")
    line.set_clip_on(False)
    axes.add_line(line)
    note(axes, ideal_words(result), (ideal_s, rows), (4, -8))


def _legend(result: RaceResult) -> list[OffsetBox]:
    """The parts that occur, in the colours of the first executor."""
    rows = chart_rows(result)
    kind = next((line.kind for line in rows if line.kind != "other"), "other")
    seen = [part for part in PARTS if any(line.parts[part] > 0.004 * line.makespan_s for line in rows)]
    boxes: list[OffsetBox] = []
    for part in seen:
        area = DrawingArea(20, 9)
        area.add_artist(_shape(part, kind, (0, 0), 20, 9))
        boxes.append(HPacker(pad=0, sep=6 * POINT, align="center", children=[area, text(PARTS[part], QUIET, 11.5)]))
    return boxes
