"""A headless Chromium, driven by its DevTools protocol over a pipe.

Debian's chromium is all that this needs: commands and events are JSON texts that end with a zero byte, on descriptors 3
and 4 (`--remote-debugging-pipe`). Selenium brings eleven packages and wants chromedriver beside the browser; playwright
and pyppeteer bring a Node or versions of Chromium of their own. All of them offer far more than to open a page, to hear
what it says on its console, to ask it something and to take its picture.
"""

from __future__ import annotations

import base64
import fcntl
import itertools
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
WITHIN = 60.0  # seconds; a machine that is busy starts a browser slowly
SIZE = 65536
# Where it reads commands, and where it writes answers and events.
FOR_THE_BROWSER = (3, 4)
# A page is no program that anybody else wrote, and root, as which CI runs, has no sandbox of Chromium's.
OPTIONS = (
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--hide-scrollbars",
)


def program() -> str | None:
    """The browser on this machine; None where there is none."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@dataclass
class Tab:
    """One page: what it said on its console, what it asked the network for, and what can be asked of it."""

    browser: Browser
    session: str
    console: list[str] = field(default_factory=list)
    requested: list[str] = field(default_factory=list)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """A command of the protocol; raises AssertionError when the browser refuses it."""
        return self.browser.call(method, parameters, self.session)

    def open(self, address: str) -> None:
        """Goes to an address and waits until the page is loaded."""
        self.call("Page.navigate", url=address)
        self.browser.wait(
            lambda: self.ask("document.readyState") == "complete" and self.ask("location.href") != "about:blank"
        )

    def ask(self, expression: str) -> Any:
        """The value of a JavaScript expression."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def show(self, width: int, height: int = 900, *, dark: bool = False) -> None:
        """As wide as that, in a light or a dark scheme."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])

    def picture(self, path: Path) -> None:
        """The whole page, also what does not fit on the screen, as a PNG file."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 16000), "scale": 1}
        taken = self.call("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        path.write_bytes(base64.b64decode(taken["data"]))

    def hear(self, method: str, said: Mapping[str, Any]) -> None:
        """Keeps what a test wants to know of."""
        if method == "Runtime.consoleAPICalled":
            self.console.append(" ".join(str(one.get("value", one.get("description"))) for one in said["args"]))
        elif method == "Runtime.exceptionThrown":
            self.console.append(said["exceptionDetails"]["text"])
        elif method == "Log.entryAdded":
            self.console.append(said["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self.requested.append(said["request"]["url"])


class Browser:
    """The process, and the pipes to it and from it."""

    def __init__(self, process: subprocess.Popen[bytes], commands: int, events: int) -> None:
        """Descriptors: `commands` to write to, `events` to read from."""
        self._process, self._commands, self._events = process, commands, events
        self._numbers, self._come = itertools.count(1), b""
        self._tabs: dict[str, Tab] = {}

    def tab(self) -> Tab:
        """A new page, which is listened to."""
        target = self.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        session = self.call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        tab = self._tabs[session] = Tab(self, session)
        for domain in ("Page", "Runtime", "Log", "Network"):
            tab.call(f"{domain}.enable")
        return tab

    def call(self, method: str, parameters: Mapping[str, Any], session: str | None = None) -> dict[str, Any]:
        """Sends a command and waits for its answer; what comes meanwhile goes to the tabs."""
        number = next(self._numbers)
        command = {"id": number, "method": method, "params": parameters, **({"sessionId": session} if session else {})}
        os.write(self._commands, json.dumps(command).encode() + b"\0")
        until = time.monotonic() + WITHIN
        while True:
            said = self._next(until)
            if said.get("id") == number:
                assert "error" not in said, f"{method}: {said}"
                answer: dict[str, Any] = said["result"]
                return answer

    def wait(self, condition: Any) -> None:
        """Until it holds; raises AssertionError when it does not in time."""
        until = time.monotonic() + WITHIN
        while not condition():
            assert time.monotonic() < until, "the page did not come so far"
            time.sleep(0.02)

    def _next(self, until: float) -> dict[str, Any]:
        while b"\0" not in self._come:
            ready, _, _ = select.select([self._events], [], [], max(0.0, until - time.monotonic()))
            part = os.read(self._events, SIZE) if ready else b""
            assert part, f"the browser does not answer; it ended with {self._process.poll()}"
            self._come += part
        text, _, self._come = self._come.partition(b"\0")
        said: dict[str, Any] = json.loads(text)
        tab = self._tabs.get(said.get("sessionId", ""))
        if tab and "method" in said:
            tab.hear(said["method"], said["params"])
        return said


@contextmanager
def browsing() -> Iterator[Browser]:
    """A browser with a profile of its own, both gone afterwards."""
    found = program()
    assert found, "there is no Chromium"
    (their_in, commands), (events, their_out) = os.pipe(), os.pipe()
    with tempfile.TemporaryDirectory(prefix="iolab-browser-", ignore_cleanup_errors=True) as profile:

        def place() -> None:
            """Puts the pipes where the browser looks for them, whatever numbers they have here."""
            high = [fcntl.fcntl(one, fcntl.F_DUPFD, 50) for one in (their_in, their_out)]
            for number, one in zip(FOR_THE_BROWSER, high, strict=True):
                os.dup2(one, number)

        process = subprocess.Popen(
            [found, *OPTIONS, f"--user-data-dir={profile}"],
            pass_fds=FOR_THE_BROWSER,
            preexec_fn=place,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(their_in)
        os.close(their_out)
        try:
            yield Browser(process, commands, events)
        finally:
            os.close(commands)
            os.close(events)
            process.terminate()
            process.wait(WITHIN)
