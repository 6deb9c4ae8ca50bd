"""The least that aiohttp can answer with: always the same bytes, whoever asks. Prints its URL and serves until it is killed."""

from __future__ import annotations

import asyncio

from aiohttp import web

_BODY = b'{"RequestId":"7F0C2A0C-7870-15FE-B96F-8880BBA1D2E3","WorkflowTask":{"TaskId":"t","Status":"Processing"}}'


async def _answer(request: web.BaseRequest) -> web.Response:
    await request.read()
    return web.Response(body=_BODY, headers={"Content-Type": "application/json"})


async def serve() -> None:
    """Listen on a free port of the loopback."""
    loop = asyncio.get_running_loop()
    listener = await loop.create_server(web.Server(_answer, access_log=None), "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    print(f"listening on http://127.0.0.1:{port}", flush=True)  # noqa: T201  # whoever started this waits for it
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve())
