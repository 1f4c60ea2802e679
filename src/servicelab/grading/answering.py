"""A kernel that is worked with as soon as it answers.

Jupyter's own client calls a kernel ready after a fifth of a second in which it said nothing. A submission takes up to
three kernels, a class a few hundred, and what they say at their start ends with the answer to the first question.
"""

from __future__ import annotations

import time
from queue import Empty
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient

STARTING, HEARING = 1.0, 0.2
"""Seconds after which it is asked again: where no answer came, and where one came and nothing on the output channel,
since what a kernel said before that channel was connected is lost."""


class Client(AsyncKernelClient):
    """Jupyter's client, for kernels that somebody just started."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Return when the kernel has answered, and said on its output channel that it has nothing else to do.

        Raises
        ------
        RuntimeError
            It ended, or did not answer in `timeout` seconds.
        """
        until = time.monotonic() + (float("inf") if timeout is None else timeout)
        while not await self._answers(self.kernel_info()):
            if not await self._async_is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
            if time.monotonic() > until:
                raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")

    async def _answers(self, asked: str) -> bool:
        """Whether the answer to a question came on both channels; everything before it is dropped."""
        try:
            while True:
                reply: dict[str, Any] = await self.get_shell_msg(timeout=STARTING)
                if reply["parent_header"].get("msg_id") == asked:
                    break
            self._handle_kernel_info_reply(reply)
            while True:
                said: dict[str, Any] = await self.get_iopub_msg(timeout=HEARING)
                rests = said["msg_type"] == "status" and said["content"]["execution_state"] == "idle"
                if rests and said["parent_header"].get("msg_id") == asked:
                    return True
        except Empty:
            return False
