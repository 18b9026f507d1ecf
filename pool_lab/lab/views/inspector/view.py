"""The inspector on the page: an anywidget. The browser draws the diagram and its buttons.

    a future's thread --show()--> sender thread, at most 20 times a second --traits--> page
                                  kernel's main thread, or a subshell     <--message-- a button

`show` only sets an event, so the futures are hardly slowed down. The sender thread always sends everything, so a page
that is reloaded, or opened later, is complete.
"""

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import traitlets

from pool_lab.lab.notebook import page_thread
from pool_lab.lab.views.bundle import script, style
from pool_lab.lab.views.cover.view import Coverable

__all__ = ["InspectorView"]

HERE = Path(__file__).parent
logger = logging.getLogger(__name__)

_REST_S = 0.05


class InspectorView(Coverable):
    """`picture` makes what is shown, `press` does what a button says, `shown` is called when the page is up to date."""

    _esm = script(HERE / "main.js")
    _css = style(HERE / "diagram.css", HERE / "buttons.css")

    title = traitlets.Unicode(help="The executor's name.").tag(sync=True)
    kind = traitlets.Unicode(help="Its kind, which decides the colour.").tag(sync=True)
    futures: "traitlets.List[Any]" = traitlets.List(help="Each with its name and the states it has been in.").tag(
        sync=True
    )
    lines: "traitlets.List[Any]" = traitlets.List(help="The log: what was asked, and the answers.").tag(sync=True)
    caption = traitlets.Unicode(help="The sentence under the picture.").tag(sync=True)
    closed = traitlets.Bool(help="Whether the buttons are disabled for good.").tag(sync=True)

    def __init__(
        self,
        picture: Callable[[], dict[str, Any]],
        press: Callable[[str, int, Any], None],
        shown: Callable[[], None],
        **traits: Any,
    ) -> None:
        self._picture, self._press, self._shown = picture, press, shown
        self._has_news = threading.Event()
        self._has_ended = threading.Event()
        self._has_failed = False
        super().__init__(**traits, **picture())
        self.on_msg(self._receive)
        page_thread(self._serve, name="pool-lab-inspector").start()

    def show(self) -> None:
        """Send the picture soon: something has changed."""
        self._has_news.set()

    def end(self) -> None:
        """Send the picture once more, then stop."""
        self._has_ended.set()
        self._has_news.set()

    def _serve(self) -> None:
        while not self._has_ended.wait(_REST_S):
            self._has_news.wait()
            self._has_news.clear()
            self._send_picture()
        self._send_picture()
        self.closed = True

    def _send_picture(self) -> None:
        """Send the picture. An error is logged once, and never harms the futures."""
        try:
            picture = self._picture()
            with self.hold_sync():
                for name, value in picture.items():
                    self.set_trait(name, value)
            self._shown()
        except Exception:
            if not self._has_failed:
                logger.exception("the inspector cannot show its futures; their calls go on")
            self._has_failed = True

    def _receive(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        if content.get("type") == "press" and not self.closed:
            self._press(str(content.get("button")), int(content.get("future", -1)), content.get("value"))
