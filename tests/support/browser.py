"""A headless Chromium, driven over a pipe: open a page, ask it by script, press keys, click.

The protocol is Chromium's own (JSON messages that end in NUL on descriptors 3 and 4), so that no
driver has to be installed beside the browser.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Any, Self

import pytest

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

__all__ = ["Browser", "find_chromium"]

_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
    "--window-size=1200,1000",
]


def find_chromium() -> str:
    """Return the browser's path; skip the test where there is none."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        path = shutil.which(name)
        if path is not None:
            return path
    pytest.skip("no Chromium is installed")


class Browser:
    """One page in a browser of its own, with an empty profile."""

    def __init__(self, profile: Path, *flags: str) -> None:
        ours, theirs = os.pipe(), os.pipe()
        self._write = os.fdopen(ours[1], "wb", buffering=0)
        self._read = os.fdopen(theirs[0], "rb", buffering=0)
        # The child has to find its ends at 3 and 4; dash moves them there before it becomes it.
        script = f'exec 3<&{ours[0]} 4>&{theirs[1]}; exec "$0" "$@"'
        self._process = subprocess.Popen(
            ["bash", "-c", script, find_chromium(), *_FLAGS, *flags, f"--user-data-dir={profile}"],
            pass_fds=(ours[0], theirs[1]),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(ours[0])
        os.close(theirs[1])
        self._buffer = b""
        self._count = 0
        self._session: str | None = None
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        attached = self._call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        self.errors: list[str] = []
        """What the page's scripts threw, and what it asked the network for."""
        self._call("Runtime.enable")
        self._call("Network.enable")
        self._call("Page.enable")
        self._call("Performance.enable", timeDomain="threadTicks")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        self._write.close()
        self._read.close()

    def open(self, path: Path) -> None:
        """Load a file and wait for it to be complete."""
        self._call("Page.navigate", url=path.as_uri())
        while self.ask("document.readyState") != "complete":
            pass

    def ask(self, script: str) -> Any:
        """Return what an expression evaluates to in the page."""
        answer = self._call("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def press(self, key: str) -> None:
        """Press a key of a name; Tab and Enter do what they do for a user."""
        number = {"Tab": 9, "Enter": 13}.get(key, 0)
        text = {"text": "\r"} if key == "Enter" else {}
        self._call(
            "Input.dispatchKeyEvent",
            type="keyDown", key=key, code=key, windowsVirtualKeyCode=number, **text,
        )  # fmt: skip
        self._call(
            "Input.dispatchKeyEvent", type="keyUp", key=key, code=key, windowsVirtualKeyCode=number
        )

    def type(self, text: str) -> None:
        """Type into what has the focus."""
        self._call("Input.insertText", text=text)

    def click(self, selector: str) -> None:
        """Click in the top left corner of the first element that a CSS selector finds."""
        x, y = self.ask(
            f"(() => {{ const box = document.querySelector({json.dumps(selector)});"
            " box.scrollIntoView({block: 'center'}); const r = box.getBoundingClientRect();"
            " return [r.left + Math.min(8, r.width / 2), r.top + Math.min(8, r.height / 2)]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self._call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def prefer(self, scheme: str) -> None:
        """Let the page think that the user prefers `light` or `dark`."""
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self._call("Emulation.setEmulatedMedia", features=[feature])

    def resize(self, width: int, height: int) -> None:
        """Give the window another size."""
        self._call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=False,
        )  # fmt: skip

    def working_seconds(self) -> float:
        """Return the processor time that the page's main thread has taken since it was opened."""
        metrics = self._call("Performance.getMetrics")["metrics"]
        return {row["name"]: row["value"] for row in metrics}["TaskDuration"]

    def screenshot(self) -> bytes:
        """Return what is seen, as PNG."""
        return base64.b64decode(self._call("Page.captureScreenshot")["data"])

    def _call(self, method: str, **params: object) -> dict[str, Any]:
        self._count += 1
        message = {"id": self._count, "method": method, "params": params}
        if self._session is not None:
            message["sessionId"] = self._session
        self._write.write(json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("method") == "Runtime.exceptionThrown":
                self.errors.append(answer["params"]["exceptionDetails"]["text"])
            if answer.get("method") == "Network.requestWillBeSent":
                url = answer["params"]["request"]["url"]
                self.errors += [] if url.startswith("file:") else [f"asked for {url}"]
            if answer.get("id") == self._count:
                assert "error" not in answer, answer
                return answer["result"]

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            chunk = self._read.read(1 << 20)
            assert chunk, "the browser has ended"
            self._buffer += chunk
        text, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(text)
