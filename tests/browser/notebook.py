"""A notebook in JupyterLab, open in a browser, as its reader uses it: run, look, press, drag; and ask the kernel.

Every wait ends: with what was waited for, or after `PATIENCE_MS` with an error that names it.
"""

import ast
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Error, Locator, Page, expect

__all__ = ["FITS", "PATIENCE_MS", "TWO_FRAMES", "Notebook", "Picture", "Race", "Sweep", "until", "wait_for_jupyterlab"]

PATIENCE_MS = 60_000
"""For a slow machine; what is waited for is there in a second or two on a fast one."""

STARTED = "() => Boolean(window.jupyterapp?.commands?.hasCommand('docmanager:open'))"
RESTORED = "() => window.jupyterapp.restored.then(() => null)"

# A page that was loaded again may still bring back what was open before, and show that; or it brings back nothing, if
# it was loaded before JupyterLab had noted what is open.
READY = """(path) => {
  const panel = window.jupyterapp?.shell?.currentWidget, waited = Date.now() - window.waitingSince;
  const isElsewhere = panel?.context ? panel.context.path !== path : waited > 10_000;
  if (isElsewhere && !window.isOpening) {
    window.isOpening = true;  // not once more at each look: all would be done, some of them too late
    window.jupyterapp.commands.execute("docmanager:open", { path }).finally(() => { window.isOpening = false; });
  }
  if (panel?.context?.path !== path || window.isOpening) return false;
  const session = panel?.sessionContext;
  return Boolean(panel?.context?.isReady && session?.isReady && session.session?.kernel?.status === "idle");
}"""

DRAWN = """() => {
  const outputs = [...document.querySelectorAll(".jp-OutputArea-output")];
  return outputs.length > 0 && !outputs.some((output) => output.textContent.startsWith("Loading widget"));
}"""

# An error in a callback belongs to no cell: JupyterLab shows it only to those who open its log.
LISTEN = """() => {
  const { shell } = window.jupyterapp;
  shell.collapseLeft();
  shell.collapseRight();
  const complaints = window.kernelComplaints = [];  // a kernel that is restarted complains to no one
  shell.currentWidget.sessionContext.session.kernel.iopubMessage.connect((_, { header, content }) => {
    if (header.msg_type === "error") complaints.push(`kernel: ${content.ename}: ${content.evalue}`);
    // JupyterLab asks for widgets before the kernel has heard of any; that is no one's fault.
    const told = content.name === "stderr" && !content.text.startsWith("No such comm");
    if (told) complaints.push(`kernel: ${content.text}`);
  });
}"""

EXECUTE = """([name, arguments, patience]) => {
  const done = window.jupyterapp.commands.execute(name, arguments).then(() => null);
  const late = new Promise((_, reject) => setTimeout(() => {
    reject(new Error(`${name} takes too long; a dialog asks: ${document.querySelector(".jp-Dialog")?.textContent}`));
  }, patience));
  return Promise.race([done, late]);
}"""

EVALUATE = """async ([expression, patience]) => {
  const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
  const asked = { code: "", silent: true, store_history: false, user_expressions: { answer: expression } };
  const answer = kernel.requestExecute(asked).done.then(({ content }) => content.user_expressions.answer);
  const late = { status: "error", ename: "TimeoutError", evalue: "the kernel does not answer" };
  return Promise.race([answer, new Promise((resolve) => setTimeout(resolve, patience, late))]);
}"""

TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"

PICTURE_SAYS = """() => {{
  const timeline = document.querySelectorAll(".pool-lab-experiment .pool-lab-timeline")[{number}];
  if (!timeline) return false;
  const data = Object.fromEntries(Object.entries(timeline.dataset).map(([name, fact]) => [name, JSON.parse(fact)]));
  return {condition};
}}"""

# What it prints says that it is inside its `try`.
START = """(code) => {
  window.isInside = false;
  const asked = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute({ code });
  asked.onIOPub = ({ header }) => { if (header.msg_type === "stream") window.isInside = true; };
}"""
INTERRUPTED = """try:
    print("inside")
    {code}
except KeyboardInterrupt:
    interrupted = True"""
# Into the last cell; which one that is.
WRITE = """(code) => {
  const { widgets } = window.jupyterapp.shell.currentWidget.content;
  widgets.at(-1).model.sharedModel.setSource(code);
  return widgets.length - 1;
}"""
KERNEL = "(name) => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel[name]().then(() => null)"

COLOURS = """(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height), colours = new Set();
  for (let at = 0; at < data.length; at += 4) {
    const [red, green, blue, alpha] = data.subarray(at, at + 4);
    if (alpha === 255) colours.add("#" + [red, green, blue].map((part) => part.toString(16).padStart(2, "0")).join(""));
  }
  return [...colours];
}"""

# JupyterLab lays out a page some time after its width has changed: only then is the view within the window.
FITS = """(view) => view.getBoundingClientRect().right <= window.innerWidth && view.scrollWidth <= view.clientWidth
  && view.clientWidth <= view.closest(".jp-Cell").clientWidth"""

# A timer of JupyterLab's own, such as the one that lays out a toolbar again, may ring after its notebook was closed. It
# then asks a rate limiter that was put away with it.
PUT_AWAY = re.compile(r"reading 'promise'\)\s+at \S+\.invoke \(\S+/static/lab/jlab_core\.")

# JupyterLab takes its splash screen away a fifth of a second after it has started. If it has shown it twice, it takes
# it away twice, and the second time it is gone already.
SPLASH = re.compile(r"'removeChild' on 'Node'.*\s+at \S+/static/lab/jlab_core\.\S+$")

# A restart begins with an interrupt. Should it come while the kernel asks whether its sending thread is alive, Python
# before 3.13 takes that for dead; then all threads send at once, and the parts of their messages get mixed up.
MIXED_UP = "Kernel message validation error"

# On a busy computer anywidget drops messages. The views get the next ones all the same: views/shared/initialize.js.
GIVEN_UP = "[anywidget] Failed to initialize model."

TROUBLE = ".jp-OutputArea-output[data-mime-type*='error'], .jupyter-widgets-error-widget"


def until(element: Locator, condition: str) -> None:
    """Wait until the condition, a JavaScript function of the element, is true."""
    element.page.wait_for_function(condition, arg=element.element_handle(), timeout=PATIENCE_MS)


def wait_for_jupyterlab(page: Page) -> None:
    page.wait_for_function(STARTED)
    page.evaluate(RESTORED)


class Notebook:
    """A notebook that is open in a page of JupyterLab, its kernel ready. Close it before the next one is opened."""

    def __init__(self, page: Page, path: str) -> None:
        self.page = page
        self.path = path
        self._complaints: list[str] = []
        self._was_reloaded = False
        page.on("pageerror", self._hear_error)
        page.on("console", self._hear_console)
        self.command("docmanager:open", path=path)
        self._wait_until_ready()

    def close(self) -> None:
        self.page.evaluate("() => [...window.jupyterapp.shell.widgets('main')].forEach((widget) => widget.dispose())")
        self.page.remove_listener("pageerror", self._hear_error)
        self.page.remove_listener("console", self._hear_console)
        if self._was_reloaded:  # what JupyterLab is still to bring back must not come in front of the next one
            self.page.goto(f"{self.page.url.partition('/lab')[0]}/lab?reset")
            wait_for_jupyterlab(self.page)

    def run_all(self) -> None:
        self.command("notebook:run-all-cells")

    def reload(self) -> None:
        """Save, and load the page again, as a reader does who comes back to a kernel that still runs."""
        self.command("docmanager:save")
        self._complaints += self._kernel_complaints()
        self._was_reloaded = True
        self.page.reload()
        wait_for_jupyterlab(self.page)
        self._wait_until_ready()
        self.page.wait_for_function(DRAWN)

    def command(self, name: str, **arguments: str) -> None:
        """Have JupyterLab do what its menus do, and wait until it has done it."""
        self.page.evaluate(EXECUTE, [name, arguments, PATIENCE_MS])

    def value(self, expression: str) -> Any:
        """What the expression is worth in the kernel: anything that can be written as a literal."""
        answer = self.page.evaluate(EVALUATE, [expression, PATIENCE_MS])
        assert answer["status"] == "ok", f"{expression}: {answer['ename']}: {answer['evalue']}"
        return ast.literal_eval(answer["data"]["text/plain"])

    def interrupt(self, code: str) -> None:
        """Have the kernel run this, which waits, and press the stop button: it ends with a `KeyboardInterrupt`."""
        with self.blocked_by(code):
            pass

    @contextmanager
    def blocked_by(self, code: str) -> Iterator[None]:
        """Have the kernel run this, which waits, until the end of the `with` block."""
        self.page.evaluate(START, INTERRUPTED.format(code=code))
        self.page.wait_for_function("() => window.isInside")
        yield
        self.page.evaluate(KERNEL, "interrupt")
        assert self.value("interrupted") is True

    def restart(self) -> None:
        self.page.evaluate(KERNEL, "restart")
        self._wait_until_ready()

    def run_cell(self, number: int) -> None:
        self.page.evaluate("(at) => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = at; }", number)
        self.command("notebook:run-cell")

    def run_in_last_cell(self, code: str) -> None:
        self.run_cell(self.page.evaluate(WRITE, code))

    def put_away(self) -> None:
        """Save the notebook and close it; its kernel stays."""
        self.command("docmanager:save")
        self.page.evaluate("() => [...window.jupyterapp.shell.widgets('main')].forEach((widget) => widget.dispose())")

    def take_out(self) -> None:
        """Open it again."""
        self.command("docmanager:open", path=self.path)
        self._wait_until_ready()
        self.page.wait_for_function(DRAWN)

    def predict(self) -> None:
        """Record the first option of the first prediction, with the mouse."""
        form = self.page.locator(".pool-lab-prediction").first
        form.locator("input[type=radio]").first.click()
        form.get_by_role("button", name="fairly sure").click()
        expect(form).to_contain_text("Recorded", timeout=PATIENCE_MS)

    def race(self, name: str) -> "Race":
        """The first race on the page; `name` is the kernel's variable."""
        return Race(self, name)

    def sweep(self, name: str) -> "Sweep":
        """The first sweep on the page; `name` is the kernel's variable."""
        return Sweep(self, name)

    def complaints(self) -> list[str]:
        """All that a reader would see, or a developer find in a log, that is not as it should be."""
        return [*self._complaints, *self._kernel_complaints(), *self.page.locator(TROUBLE).all_inner_texts()]

    def _hear_error(self, error: Error) -> None:
        trace = error.stack or error.message
        is_harmless = MIXED_UP in trace or GIVEN_UP in trace
        if not is_harmless and not PUT_AWAY.search(trace) and not SPLASH.search(trace):
            self._complaints.append(f"page: {trace}")

    def _hear_console(self, said: ConsoleMessage) -> None:
        # Views of the notebook before may still have been restored when it was closed. One that is missed here says so
        # in its place on the page.
        if said.type == "error" and "widget model not found" not in said.text:
            self._complaints.append(f"console: {said.text}")

    def _kernel_complaints(self) -> list[str]:
        complaints: list[str] = self.page.evaluate("() => window.kernelComplaints")
        return complaints

    def _wait_until_ready(self) -> None:
        self.page.evaluate("() => { window.waitingSince = Date.now(); }")
        self.page.wait_for_function(READY, arg=self.path)
        self.page.evaluate(LISTEN)


class Picture:
    """A live view as it stands on the page. All is looked up anew each time: JupyterLab may have drawn it again."""

    def __init__(self, notebook: Notebook, number: int = 0) -> None:
        self.notebook, self.page, self.number = notebook, notebook.page, number
        self.view = self.page.locator(".pool-lab-experiment").nth(number)
        self.timeline = self.view.locator(".pool-lab-timeline")
        self.caption = self.view.locator(".pool-lab-caption")
        self.trouble = self.view.locator(".pool-lab-trouble")
        self.scrubber = self.view.get_by_label("the moment that is shown")

    def wait_for(self, condition: str) -> None:
        """Wait until the picture says so: JavaScript over `data`, its data attributes as numbers and booleans."""
        self.page.wait_for_function(PICTURE_SAYS.format(number=self.number, condition=condition))

    def fact(self, name: str) -> int:
        """One of the picture's data attributes: what it shows at this moment."""
        return int(self.timeline.get_attribute(f"data-{name}") or 0)


class Race(Picture):
    """A race as it stands on the page; `name` is the kernel's variable."""

    def __init__(self, notebook: Notebook, name: str, number: int = 0) -> None:
        super().__init__(notebook, number)
        self.name = name
        self.button = self.view.locator(".pool-lab-start-stop")
        self.handle = self.view.locator(".noUi-handle").first  # of the workers
        self.cover = self.view.locator(".pool-lab-cover")

    def press(self, name: str) -> None:
        """Press the button, as soon as it has that name."""
        expect(self.button).to_have_text(name, timeout=PATIENCE_MS)
        self.button.click()

    def finish(self) -> None:
        """Wait until the race is over, and the page shows all that comes after."""
        self.wait_for("!data.running")
        assert self.notebook.value(f"{self.name}.wait({PATIENCE_MS // 2000})")
        expect(self.button).to_have_text("Start again", timeout=PATIENCE_MS)
        expect(self.timeline).to_be_visible(timeout=PATIENCE_MS)
        self.page.evaluate(TWO_FRAMES)

    def drag(self, to: float) -> None:
        """Drag the slider's handle with the mouse, to a place from 0 (left end) to 1."""
        self.handle.scroll_into_view_if_needed()
        handle, track = self.handle.bounding_box(), self.view.locator(".noUi-target").first.bounding_box()
        assert handle is not None
        assert track is not None
        mouse, y = self.page.mouse, handle["y"] + handle["height"] / 2
        mouse.move(handle["x"] + handle["width"] / 2, y)
        mouse.down()
        mouse.move(track["x"] + track["width"] * to, y, steps=8)
        mouse.up()

    def photograph(self, path: Path) -> None:
        self.view.evaluate("(view) => view.scrollIntoView({ block: 'start' })")
        self.page.screenshot(path=path)

    def colours(self) -> set[str]:
        """The opaque colours of the picture, as #rrggbb."""
        return set(self.timeline.locator("canvas").evaluate(COLOURS))

    def wait_until_it_fits(self) -> None:
        """Wait until nothing of it is wider than its place on the page."""
        until(self.view, FITS)


class Sweep:
    """A sweep as it stands on the page."""

    def __init__(self, notebook: Notebook, name: str, number: int = 0) -> None:
        self.notebook, self.page, self.name = notebook, notebook.page, name
        self.view = self.page.locator(".pool-lab-experiment").nth(number)
        self.button = self.view.locator(".pool-lab-start-stop")
        self.chart = self.view.locator(".pool-lab-sweep")
        self.caption = self.view.locator(".pool-lab-caption")

    def press(self, name: str) -> None:
        """Press the button, as soon as it has that name."""
        expect(self.button).to_have_text(name, timeout=PATIENCE_MS)
        self.button.click()

    def wait_until_measured(self, count: int) -> None:
        """Until so many measurements are drawn."""
        expect(self.chart.locator(".measured").nth(count - 1)).to_be_attached(timeout=2 * PATIENCE_MS)

    def finish(self) -> None:
        expect(self.button).to_have_text("Start again", timeout=3 * PATIENCE_MS)
        assert self.notebook.value(f"{self.name}.wait({PATIENCE_MS // 2000})")

    @property
    def measured(self) -> int:
        """How many measurements the kernel knows of."""
        times = f"{self.name}.makespans.values()"
        number: int = self.notebook.value(f"sum(len(times) for by in {times} for times in by.values())")
        return number

    def wait_until_it_fits(self) -> None:
        until(self.view, FITS)
