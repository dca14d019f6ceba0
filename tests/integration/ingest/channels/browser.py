"""A headless Chromium, where there is one: pages as browsers run them, over the DevTools protocol."""

import asyncio
import json
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ("--headless", "--no-first-run", "--disable-gpu", "--remote-debugging-port=0", "--lang=en")


class Tab:
    """One page. `js` gives the value of an expression, `until` waits until it is true."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._ids = count(1)
        self._session: dict[str, str] = {}
        self.complaints: list[str] = []

    async def attach(self) -> "Tab":
        target = await self.call("Target.createTarget", url="about:blank")
        attached = await self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = {"sessionId": attached["sessionId"]}
        for domain in ("Page", "Runtime", "Log"):
            await self.call(f"{domain}.enable")
        return self

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self._ids)
        await self._socket.send(json.dumps({"id": number, "method": method, "params": params, **self._session}))
        async with asyncio.timeout(15):
            async for message in self._socket:
                said = json.loads(message)
                self._note(said)
                if said.get("id") == number:
                    assert "error" not in said, said
                    return dict(said["result"])
        raise AssertionError("the browser has gone")

    async def open(self, url: str) -> None:
        await self.call("Page.navigate", url=url)
        await self.until("document.readyState === 'complete'")

    async def js(self, expression: str) -> Any:
        answer = await self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    async def until(self, expression: str, *, timeout: float = 15.0) -> None:
        async with asyncio.timeout(timeout):
            await self.js(
                "new Promise((done) => { const look = () => { let is = false; try { is = Boolean("
                + expression
                + "); } catch { /* not yet */ } if (is) done(); else setTimeout(look, 20); }; look(); })"
            )

    async def type(self, text: str) -> None:
        await self.call("Input.insertText", text=text)

    async def press(self, key: str, **more: Any) -> None:
        for kind in ("rawKeyDown", "keyUp"):
            await self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, **more)

    async def size(self, width: int, height: int) -> None:
        await self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )

    def _note(self, said: dict[str, Any]) -> None:
        """Errors of the page: exceptions, and what its Content-Security-Policy forbade."""
        if said.get("method") == "Runtime.exceptionThrown":
            self.complaints.append(str(said["params"]["exceptionDetails"].get("text")))
        if said.get("method") == "Log.entryAdded" and said["params"]["entry"]["level"] == "error":
            self.complaints.append(str(said["params"]["entry"]["text"]))


@asynccontextmanager
async def browser() -> AsyncIterator[Tab]:
    """A new browser with one empty page; gone afterwards, with everything that it kept."""
    assert CHROMIUM is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        root = ["--no-sandbox"] if os.geteuid() == 0 else []
        process = await asyncio.create_subprocess_exec(
            CHROMIUM,
            *FLAGS,
            *root,
            f"--user-data-dir={folder}",
            stderr=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
        )
        try:
            async with connect(await _address(process), max_size=None) as socket:
                yield await Tab(socket).attach()
        finally:
            process.kill()
            await process.wait()


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    async with asyncio.timeout(30):
        async for line in process.stderr:
            if line.startswith(b"DevTools listening on "):
                return line.decode().split()[-1]
    raise AssertionError("the browser did not start")
