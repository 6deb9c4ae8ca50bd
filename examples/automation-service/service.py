"""A service that publishes films: `python service.py [--port PORT] [NAME=VALUE…]`.

    POST   /publish {"taskId": …}   begins, or joins what has begun
    GET    /publish/TASK            how it stands, and at the end the outputs or the reason
    GET    /publish/TASK/log        what Pulumi prints, as it prints it
    DELETE /publish/TASK            stops waiting; the task itself goes on

What stands behind NAME=VALUE becomes configuration of each stack. Keys come from the environment and stay there.
"""

import argparse
import asyncio
import contextlib
import functools
import itertools
import json
import os
import re
import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

AT_ONCE = 8  # each is a Pulumi engine; for a batch of tasks take one stack with a WorkflowTaskGroupGate
TASK_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")  # it becomes the name of a stack and of a file


@dataclass
class Publication:
    """A film that is being published, or has been."""

    task_id: str
    process: asyncio.subprocess.Process
    output: asyncio.StreamReader
    state: str = "running"  # then `published`, `failed` or `stopped`
    is_stopped: bool = False
    lines: list[str] = field(default_factory=list)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def follow(self) -> None:
        """Keep what is printed, and at the end say how it went."""
        while line := await self.output.readline():
            self.lines.append(line.decode().rstrip())
            async with self.news:
                self.news.notify_all()
        failed = await self.process.wait()
        self.state = "published" if not failed else "stopped" if self.is_stopped else "failed"
        async with self.news:
            self.news.notify_all()

    async def stop(self) -> None:
        """Interrupt it as Ctrl-C would, and see it end."""
        if self.state == "running" and not self.is_stopped:
            self.is_stopped = True
            with contextlib.suppress(ProcessLookupError):  # it has just ended by itself
                os.killpg(self.process.pid, signal.SIGINT)
        async with self.news:
            await self.news.wait_for(lambda: self.state != "running")

    def told(self) -> dict[str, object]:
        """Return how it stands, for whoever asks."""
        told: dict[str, object] = {"taskId": self.task_id, "state": self.state}
        if self.state == "published":
            told["outputs"] = json.loads(self.lines[-1])
        elif self.state == "failed":
            told["reason"] = self.reason
        return told

    @property
    def reason(self) -> str:
        """The first error that is more than `update failed`."""
        errors = (line.strip() for line in self.lines if line.lstrip().startswith("error: "))
        return next((error for error in errors if error != "error: update failed"), "no reason was given: see the log")


def answer(film: Publication, status: int = 200) -> web.Response:
    """Return how a film stands, as a line of JSON."""
    return web.json_response(text=json.dumps(film.told()) + "\n", status=status)


class Service:
    """The films of this process. The stacks outlive it: a film that is published again is found as it was left."""

    def __init__(self, config: list[str]) -> None:
        self.config = config
        self.films: dict[str, Publication] = {}
        self.followers: set[asyncio.Task[None]] = set()
        self.turn = asyncio.Lock()

    async def begin(self, request: web.Request) -> web.Response:
        """POST /publish."""
        if request.content_type != "application/json":  # what a foreign page in a browser cannot send
            raise web.HTTPUnsupportedMediaType(text="send application/json\n")
        try:
            task_id = (await request.json())["taskId"]
        except (ValueError, TypeError, KeyError):
            task_id = None
        if not (isinstance(task_id, str) and TASK_ID.fullmatch(task_id)):
            raise web.HTTPBadRequest(text='send {"taskId": "…"} with the ID of a workflow task\n')
        async with self.turn:  # two who ask at once get one process
            running = {film.task_id for film in self.films.values() if film.state == "running"}
            if task_id not in running:
                if len(running) >= AT_ONCE:
                    raise web.HTTPTooManyRequests(text=f"{AT_ONCE} films are being published: try again later\n")
                await self.publish(task_id)
        return answer(self.films[task_id], status=202)

    async def publish(self, task_id: str) -> None:
        """Start a process for a task, in a session of its own: a Ctrl-C in this terminal must not reach it twice."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, Path(__file__).with_name("publish.py"), task_id, *self.config),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            limit=2**24,  # bytes of a line: the outputs are one
        )
        self.films[task_id] = film = Publication(task_id, process, process.stdout)
        follower = asyncio.create_task(film.follow())
        self.followers.add(follower)
        follower.add_done_callback(self.followers.discard)

    async def status(self, request: web.Request) -> web.Response:
        """GET /publish/TASK."""
        return answer(self.film(request))

    async def log(self, request: web.Request) -> web.StreamResponse:
        """GET /publish/TASK/log."""
        film, stream = self.film(request), web.StreamResponse()
        stream.content_type = "text/plain"
        await stream.prepare(request)
        for number in itertools.count():
            async with film.news:
                await film.news.wait_for(lambda sent=number: sent < len(film.lines) or film.state != "running")
            if number == len(film.lines):
                break
            await stream.write(f"{film.lines[number]}\n".encode())
        return stream

    async def stop(self, request: web.Request) -> web.Response:
        """DELETE /publish/TASK."""
        await self.film(request).stop()
        return await self.status(request)

    async def stop_all(self, _: web.Application) -> None:
        """End with the service what it has begun."""
        await asyncio.gather(*(film.stop() for film in self.films.values()))

    def film(self, request: web.Request) -> Publication:
        """Return the film that a request is about."""
        found = self.films.get(request.match_info["task"])
        if found is None:
            raise web.HTTPNotFound(text="not begun by this service: POST it to /publish\n")
        return found


def main() -> None:
    """Serve on the loopback until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("config", nargs="*", metavar="NAME=VALUE")
    given = parser.parse_args()
    service, application = Service(given.config), web.Application()
    application.router.add_post("/publish", service.begin)
    application.router.add_get("/publish/{task}", service.status)
    application.router.add_get("/publish/{task}/log", service.log)
    application.router.add_delete("/publish/{task}", service.stop)
    application.on_shutdown.append(service.stop_all)
    tell = functools.partial(print, flush=True)  # a pipe would keep the address to itself
    web.run_app(application, host="127.0.0.1", port=given.port, print=tell)


if __name__ == "__main__":
    main()
