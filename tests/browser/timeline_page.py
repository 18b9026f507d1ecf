"""A timeline on an otherwise empty page: what Python sends reaches it by hand, so a test decides what happens when.

The page's module and style are the real ones, and so are the messages: `Timeline` makes them from events. Only what
lies between, the kernel and JupyterLab, is left out.
"""

import json
from typing import Any

from playwright.sync_api import Locator, Page

from pool_lab.events import Event, EventKind
from pool_lab.lab.views.timeline.rows import TimelineRows
from pool_lab.lab.views.timeline.view import Panel, Timeline

__all__ = ["THREADS", "TimelinePage", "busy"]

THREADS = Panel("ThreadPoolExecutor", "one interpreter, one GIL", "threads", 2)

HTML = """<!doctype html><meta charset="utf-8"><style>{style}</style>
<body data-jp-theme-light="true" style="margin: 16px; background: #fff; font-family: sans-serif">
<div id="view"></div>"""

OPEN = """async ([module, traits]) => {
  const heard = new Map(), values = { caption: "", cover: "", log: {}, trouble: "", ...traits };
  const add = (name, callback) => heard.set(name, [...heard.get(name) ?? [], callback]);
  const on = (names, callback) => names.split(" ").forEach((name) => add(name, callback));
  const tell = (name, ...facts) => (heard.get(name) ?? []).forEach((callback) => callback(...facts));
  window.told = [];
  window.model = { get: (name) => values[name], on, send: (message) => window.told.push(message) };
  window.hear = (message) => tell("msg:custom", message);
  window.set = (name, value) => { values[name] = value; tell(`change:${name}`); };
  window.troubles = [];
  window.addEventListener("error", ({ message }) => window.troubles.push(message));
  window.lib = await import(URL.createObjectURL(new Blob([module], { type: "text/javascript" })));
  window.leave = window.lib.default.render({ model: window.model, el: document.querySelector("#view") });
}"""

FRAMES = (
    "(many) => new Promise((done) => { const next = () => (many-- ? requestAnimationFrame(next) : done()); next(); })"
)
FACTS = """() => Object.fromEntries(Object.entries(document.querySelector(".pool-lab-timeline").dataset)
  .map(([name, fact]) => [name, JSON.parse(fact)]))"""


class TimelinePage:
    """The timeline and its page; a pool's events are written by the test."""

    def __init__(self, page: Page, **traits: Any) -> None:
        timeline = Timeline()
        self.page = page
        self.style, module = timeline._css, timeline._esm
        timeline.close()
        page.set_content(HTML.format(style=self.style))
        page.evaluate(OPEN, [module, traits])
        self.root = page.locator(".pool-lab-timeline")
        self.stage = page.locator(".pool-lab-stage")
        self.canvas = page.locator("canvas")
        self.caption = page.locator(".pool-lab-caption")
        self.story = page.locator(".pool-lab-story")
        self.trouble = page.locator(".pool-lab-trouble")
        self.scrubber = page.get_by_label("the moment that is shown")
        self.run = 0

    def begin(self, *panels: Panel) -> None:
        self.run += 1
        self.panels = panels or (THREADS,)
        self.rows = TimelineRows()
        self.hear(type="begin", now=0, panels=[panel._asdict() for panel in self.panels])

    def happen(self, *events: Event, panel: int = 0, now: float | None = None) -> None:
        """These things happen in the panel's pool, and the page is told at that moment of the run."""
        self.rows.take((panel, event) for event in events)
        self.hear(type="news", now=self.rows.latest if now is None else now, **self.rows.news())

    def end(self, caption: str = "") -> None:
        self.hear(type="end", now=self.rows.latest)
        self.page.evaluate("(words) => window.set('caption', words)", caption)
        self.settle()

    def hear(self, **message: Any) -> None:
        self.page.evaluate("(message) => window.hear(JSON.parse(message))", json.dumps({"run": self.run, **message}))

    def settle(self) -> None:
        """Until the axis has come to rest."""
        self.page.evaluate(FRAMES, 2)
        self.page.wait_for_function(
            """() => { const { from, to } = document.querySelector('.pool-lab-timeline').dataset, before = window.axis;
                       window.axis = `${from} ${to}`; return before === window.axis; }""",
            polling=100,
        )

    def facts(self) -> dict[str, Any]:
        self.page.evaluate(FRAMES, 4)
        facts: dict[str, Any] = self.page.evaluate(FACTS)
        return facts

    def press(self, *keys: str) -> None:
        self.settle()  # a person has seen what has happened
        self.stage.focus()
        for key in keys:
            self.page.keyboard.press(key)

    def chips(self) -> Locator:
        return self.page.locator(".pool-lab-chip")


def busy(lengths: list[list[float]], cpu: float = 0.5) -> list[Event]:
    """A worker for each list, which runs calls of these lengths one after the other, all submitted at the start."""
    events: list[Event] = []
    number = 0
    for worker, row in enumerate(lengths):
        events.append(Event(0, 100.0, EventKind.WORKER_STARTED, worker=worker, ident=worker))
        at = 100.0
        for length in row:
            facts = {"call": number, "worker": worker}
            events.append(Event(0, 100.0, EventKind.SUBMITTED, call=number, name="parse"))
            events.append(Event(0, at, EventKind.STARTED, **facts))  # type: ignore[arg-type]
            end = at + length
            times = {"began": at, "ended": end, "cpu_s": cpu * length}
            events.append(Event(0, end, EventKind.FINISHED, **facts, **times))  # type: ignore[arg-type]
            at, number = end, number + 1
    in_order = sorted(events, key=lambda event: event.time)
    return [event._replace(sequence=place) for place, event in enumerate(in_order)]
