"""Rejects requests that do not come from our own pages in a browser on this machine."""

from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scenarios.report.templating import script_source

METHODS = ("GET", "HEAD")
# No frames, no forms, nothing from other hosts; scripts and styles are inline or from this server.
POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    f"script-src 'self' {script_source()}; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class Guard:
    """Rejects other methods, other Host headers (as DNS rebinding sends) and other Origins."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        """`hosts` are the allowed Host headers, such as `127.0.0.1:8100`."""
        self._app, self._hosts = app, frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        refusal = self._refusal(scope)
        app = PlainTextResponse(refusal[1], refusal[0]) if refusal else self._app
        return await app(scope, receive, guarded)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = Headers(scope=scope)
        if headers.get("host") not in self._hosts:
            return 421, "wrong Host header: open the address that ./inv serve printed\n"
        if scope["method"] not in METHODS:
            return 405, "these pages allow only GET and HEAD\n"
        origin = headers.get("origin")
        if origin is not None and origin.removeprefix("http://") not in self._hosts:
            return 403, "pages of other origins may not read this\n"
        return None
