"""Readers of the pages for users: what each brings to a section, and what Alibaba Cloud knows meanwhile."""

from __future__ import annotations

import json
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from ice_emulator import Scenario
from support.aliyun import Aliyun
from support.desk import Desk
from support.engine import ROOT
from support.following import Follower
from support.key_services import GRANTS, KEYS, OIDC_TOKEN
from support.pages import page

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from support.pages import Section

SIGN_IN: Final = "installation-configuration"  # the page whose readers have not signed in
TASK: Final = "4215e042b3966ca5441e"
SECRETS: Final = ("emulator-secret", OIDC_TOKEN, *(part for grant in GRANTS for part in grant))
SIGNED_IN: Final[Mapping[str, str]] = {
    "ALIBABA_CLOUD_REGION": "cn-shanghai",
    "ALIBABA_CLOUD_ACCESS_KEY_ID": "emulator",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "emulator-secret",
}
DENIED: Final = {"accessKey": "a-reader-of-films", "secretKey": "reader-secret", "denied": True}

_NIGHTS: Final = {"e04c8b1f6a5d4d0cb7e2": "Failed", "5b7d9c31e2a04f68b1c9": "Succeed", "1f93d7a2c8e64b5a90d1": "Failed"}
_TRANSCODE: Final = {"ActivityId": "Transcode", "StartTime": "2023-01-04T02:05:20Z"}
_RESULT: Final = {"JobId": "b2c1f7d0e4a94f6c", "Height": 2160}
_REASON: Final = {"Code": "InvalidParameter.NoVideoStream", "Message": "the input has no video stream"}
_TYPED: Final = {"ice:accessKey": "emulator", "ice:secretKey": "emulator-secret"}
_TYPED_WITH_TOKEN: Final = dict(zip((*_TYPED, "ice:securityToken"), GRANTS[0], strict=True))
_JQ: Final = """import json, sys
value = json.load(sys.stdin)
for name in sys.argv[-1].strip(".").split("."):
    value = value[name]
print(value)
"""  # jq, as far as the pages use it: not every machine has it
_PRINTED: Final = {"mode": "AK", "access_key_id": "emulator", "access_key_secret": "emulator-secret"}


@dataclass(frozen=True)
class Circumstances:
    """What is special while a section is followed.

    Attributes:
        brings: What is other in the reader's environment; None for what is not there.
        fault: What the service does with every call about a task.
        crowd: How many tasks of another workflow there are.
    """

    brings: Mapping[str, str | None] = field(default_factory=dict)
    fault: str | None = None
    crowd: int = 0


@dataclass(frozen=True)
class Reader:
    """Someone at a desk who follows a section, and Alibaba Cloud outside."""

    outside: Aliyun
    desk: Desk
    follower: Follower

    @property
    def asked(self) -> set[str]:
        """What was asked of those who hand out keys; a URI by its path alone."""
        services = self.outside.services
        return {asked.removeprefix(services.plain).strip() for asked in services.asked}

    @property
    def kept(self) -> str:
        """What Pulumi has written down: the state, and the files of stacks."""
        files = [*(self.desk.folder / "state").rglob("*.json"), *self.desk.folder.rglob("Pulumi.dev.yaml")]
        return "\n".join(file.read_text() for file in files)


@asynccontextmanager
async def reader_of(
    section: Section,
    folder: Path,
    installed: Path,
    runners: Mapping[str, tuple[str, ...]],
    circumstances: Circumstances | None = None,
) -> AsyncIterator[Reader]:
    """Give a section to a reader: with a signed-in environment, except on the page that tells how to sign in."""
    special = circumstances or Circumstances()
    brings: dict[str, str | None] = {**({} if section.page == SIGN_IN else SIGNED_IN), **special.brings}
    (folder / "outside").mkdir(parents=True)
    async with Aliyun(_known(special), folder / "outside") as outside:
        environment = {name: value for name, value in {**outside.environment, **brings}.items() if value}
        typed = _TYPED_WITH_TOKEN if "ice:securityToken" in str(section.blocks) else _TYPED
        desk = Desk(folder / "desk", installed, environment, runners, typed)
        desk.write("oidc-token", OIDC_TOKEN)
        desk.tool("fetch-keys", f"#!/bin/sh\ntest \"$*\" = media && echo '{json.dumps(_PRINTED)}'\n")
        desk.tool("jq", f"#!{sys.executable}\n{_JQ}")
        (desk.folder / "pulumi-ice").symlink_to(ROOT)
        words = {"<access key ID>": "emulator", "<access key secret>": "emulator-secret"}
        words["127.0.0.1:8080"] = outside.services.plain
        programs = (block.text for each in page(section.page) for block in each.blocks if block.language == "yaml")
        yield Reader(outside, desk, Follower(desk, next(programs, ""), words, outside.tokens))


def _known(special: Circumstances) -> Scenario:
    """Return what Alibaba Cloud knows."""
    tasks = [
        _task(TASK, "Succeed", {"Status": "Succeed", "Result": _RESULT}),
        _task("7d01c3a4b9e24f7e8a10", "Processing", {"Status": "Processing"}),
        _task("9b6e2f04c1d84a5d9f33", "Failed", {"Status": "Failed", **_REASON}),
        *(_listed(i, *night, "8a51d0e7f2c94b6e9d40") for i, night in enumerate(_NIGHTS.items())),
        *(_listed(i, f"crowd-{i}", "Succeed", "crowd") for i in range(special.crowd)),
    ]
    faults = [{"kind": special.fault, "action": "GetWorkflowTask"}] if special.fault else []
    return Scenario.from_mapping({"tasks": tasks, "keys": [*KEYS, DENIED], "faults": faults})


def _task(task_id: str, status: str, transcode: Mapping[str, object]) -> dict[str, object]:
    """Return a task of which no list tells any more."""
    start = {"ActivityId": "Start", "Status": "Succeed"}
    results = {"Start": start, "Transcode": {**_TRANSCODE, **transcode}}
    ends = {} if status == "Processing" else {"finishTime": "2023-01-04T02:06:19Z"}
    return {
        "taskId": task_id,
        "workflow": {"workflowId": "63dca94c609de02ac0d1", "name": "Super-resolution transcoding workflow"},
        "createTime": "2023-01-04T02:05:17Z",
        "timeline": [{"after": 0, "status": status, "activityResults": results, **ends}],
    }


def _listed(number: int, task_id: str, status: str, workflow_id: str) -> dict[str, object]:
    """Return a task of which a list tells; the lower its number, the earlier."""
    made = datetime.now(UTC) - timedelta(hours=1, seconds=number)
    return {
        "taskId": task_id,
        "workflow": {"workflowId": workflow_id, "name": "Nightly transcoding"},
        "createTime": made.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "timeline": [{"after": 0, "status": status}],
    }
