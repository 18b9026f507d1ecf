"""A notebook without a front end: runs cells in a real kernel, and says what their reader would see."""

import os
import re
import subprocess
import sys
from typing import Any

from jupyter_client.manager import KernelManager

__all__ = ["Kernel"]

PATIENCE_S = 20
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class Kernel:
    """A kernel with this Python, from `with` to its end."""

    messages: list[dict[str, Any]]
    """All that the last cell made the kernel tell its front end."""

    def __init__(self) -> None:
        self.messages = []
        self._manager: Any = KernelManager()
        self._client: Any = self._manager.client()

    def __enter__(self) -> "Kernel":
        path = os.pathsep.join(filter(None, sys.path))
        environment = {**os.environ, "PYTHONPATH": path, "PYTHONWARNINGS": "ignore"}
        # The first makes a kernel show less than it does otherwise, the second more.
        for name in ("PYTEST_CURRENT_TEST", "PYTHONUNBUFFERED"):
            environment.pop(name, None)
        self._manager.kernel_spec.argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        self._manager.start_kernel(env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._client.load_connection_info(self._manager.get_connection_info())
        self._client.start_channels()
        try:
            self._client.wait_for_ready(PATIENCE_S)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._client.stop_channels()
        self._manager.shutdown_kernel()

    def run(self, cell: str, *, awaited: str = "", interrupt_at: str | None = None) -> str:
        """What is shown until the cell is over, errors as IPython formats them, without colours.

        `awaited`: words that may come after the cell's end. `interrupt_at`: words at which to press the stop button.
        """
        output, is_over = "", False
        self.messages = []
        request = self._client.execute(cell)
        while not is_over or awaited not in output:
            message = self._client.get_iopub_msg(timeout=PATIENCE_S)
            self.messages.append(message)
            output += _shown(message["msg_type"], message["content"])
            if message["parent_header"].get("msg_id") == request:
                is_over = is_over or message["content"].get("execution_state") == "idle"
            if interrupt_at is not None and interrupt_at in output:
                interrupt_at = None
                self._manager.interrupt_kernel()
        return output


def _shown(kind: str, content: dict[str, Any]) -> str:
    match kind:
        case "stream":
            return str(content["text"])
        case "execute_result":
            return str(content["data"]["text/plain"]) + "\n"
        case "error":
            return COLOURS.sub("", "\n".join(content["traceback"]))
    return ""
