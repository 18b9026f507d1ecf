"""A notebook in JupyterLab, open in a browser, as its reader uses it: run, look, press, drag; and ask the kernel."""

import ast
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

__all__ = ["PATIENCE_MS", "Notebook", "Race"]

PATIENCE_MS = 60_000
"""For a slow machine; what is waited for is there in a second or two on a fast one."""

READY = """() => {
  const panel = window.jupyterapp?.shell?.currentWidget;
  const session = panel?.sessionContext;
  return Boolean(panel?.context?.isReady && session?.isReady && session.session?.kernel?.status === "idle");
}"""

BARE = """() => {
  window.jupyterapp.shell.collapseLeft();
  window.jupyterapp.shell.collapseRight();
}"""

EVALUATE = """async (expression) => {
  const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
  const asked = { code: "", silent: true, store_history: false, user_expressions: { answer: expression } };
  return (await kernel.requestExecute(asked).done).content.user_expressions.answer;
}"""

PICTURE_SAYS = """(nth) => {{
  const timeline = document.querySelectorAll(".pool-lab-experiment .pool-lab-timeline")[nth];
  if (!timeline) return false;
  const data = Object.fromEntries(Object.entries(timeline.dataset).map(([name, fact]) => [name, JSON.parse(fact)]));
  return {condition};
}}"""

COLOURS = """(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height), colours = new Set();
  for (let at = 0; at < data.length; at += 4) {
    const [red, green, blue, alpha] = data.slice(at, at + 4);
    if (alpha === 255) colours.add("#" + [red, green, blue].map((part) => part.toString(16).padStart(2, "0")).join(""));
  }
  return [...colours];
}"""

TROUBLE = (
    ".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error'], "
    ".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr'], .jupyter-widgets-error-widget"
)


class Notebook:
    """An open notebook whose kernel is ready. `problems` is what the page complained about."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.problems: list[str] = []
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: self.problems.append(f"page: {error}"))
        page.on("console", lambda said: self.problems.append(f"console: {said.text}") if said.type == "error" else None)
        # Leaving a page with unsaved changes asks back.
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(address)
        self._wait_until_ready()

    def run_all(self) -> None:
        self.command("notebook:run-all-cells")

    def reload(self) -> None:
        """Save, and load the page again, as a reader does who comes back to a kernel that still runs."""
        self.command("docmanager:save")
        self.page.reload()
        self._wait_until_ready()

    def command(self, name: str, **arguments: str) -> None:
        """Have JupyterLab do what its menus do, and wait until it has done it."""
        execute = "([name, arguments]) => window.jupyterapp.commands.execute(name, arguments).then(() => null)"
        self.page.evaluate(execute, [name, arguments])

    def value(self, expression: str) -> Any:
        """What the expression is worth in the kernel: anything that can be written as a literal."""
        answer = self.page.evaluate(EVALUATE, expression)
        assert answer["status"] == "ok", f"{expression}: {answer['ename']}: {answer['evalue']}"
        return ast.literal_eval(answer["data"]["text/plain"])

    def use_theme(self, name: str) -> None:
        self.command("apputils:change-theme", theme=name)

    def photograph(self, path: Path) -> None:
        self.page.screenshot(path=path)

    def race(self, nth: int = 0) -> "Race":
        """A race on the page, by its place from the top."""
        return Race(self.page, nth)

    def troubles(self) -> list[str]:
        """Everything a reader would see or a developer's console tell that is not as it should be."""
        return [*self.problems, *self.page.locator(TROUBLE).all_inner_texts()]

    def _wait_until_ready(self) -> None:
        self.page.wait_for_function(READY)
        self.page.evaluate(BARE)


class Race:
    """A race as it stands on the page. Looks it up each time: JupyterLab may have drawn it anew."""

    def __init__(self, page: Page, nth: int) -> None:
        self.page = page
        self.nth = nth
        view = page.locator(".pool-lab-experiment").nth(nth)
        self.button = view.locator(".pool-lab-start-stop")
        self.handle = view.locator(".noUi-handle")
        self.track = view.locator(".noUi-target")
        self.timeline = view.locator(".pool-lab-timeline")
        self.caption = view.locator(".pool-lab-caption")
        self.cover = view.locator(".pool-lab-cover")

    def press(self, name: str) -> None:
        """Press the button, once it has that name."""
        expect(self.button).to_have_text(name, timeout=PATIENCE_MS)
        self.button.click()

    def wait_for(self, condition: str) -> None:
        """Wait until the picture says so: JavaScript over `data`, the picture's data attributes as numbers."""
        self.page.wait_for_function(PICTURE_SAYS.format(condition=condition), arg=self.nth)

    def bring_to_top(self) -> None:
        self.button.evaluate("(button) => button.closest('.pool-lab-experiment').scrollIntoView({ block: 'start' })")

    def fact(self, name: str) -> int:
        """One of the picture's data attributes: what it shows at this moment."""
        return int(self.timeline.get_attribute(f"data-{name}") or 0)

    def drag(self, to: float) -> None:
        """Drag the slider's handle with the mouse, to a place from 0 (left end) to 1."""
        self.handle.scroll_into_view_if_needed()
        handle, track = self.handle.bounding_box(), self.track.bounding_box()
        assert handle is not None
        assert track is not None
        mouse, y = self.page.mouse, handle["y"] + handle["height"] / 2
        mouse.move(handle["x"] + handle["width"] / 2, y)
        mouse.down()
        mouse.move(track["x"] + track["width"] * to, y, steps=8)
        mouse.up()

    def colours(self) -> set[str]:
        """The opaque colours of the picture's pixels, as #rrggbb."""
        return set(self.timeline.locator("canvas").evaluate(COLOURS))

    def overflows(self) -> bool:
        """Whether anything of the race is wider than its place on the page."""
        overflow = (
            "(one) => one.closest('.pool-lab-experiment').scrollWidth > one.closest('.jp-OutputArea').clientWidth"
        )
        wider: bool = self.timeline.evaluate(overflow)
        return wider


def predict(notebook: Notebook) -> None:
    """Record the first option of the notebook's first prediction, with the mouse."""
    form = notebook.page.locator(".pool-lab-prediction").first
    form.locator("input[type=radio]").first.click()
    form.get_by_role("button", name="Record my prediction").click()
