"""`ice-gate` beside an emulator with a task for each way in which a wait can go."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from support.command import Command, command

_WORKFLOW = {"workflowId": "wf-1", "name": "Nightly"}
_BROKEN = {"Code": "InvalidParameter.NoVideoStream", "Message": "the input has no video stream"}
_START = {"ActivityId": "Start", "Status": "Succeed"}


_ENDED = datetime.now(UTC).replace(microsecond=0)


def _ago(seconds: int) -> str:
    return (_ENDED - timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _task(task_id: str, *steps: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"taskId": task_id, "workflow": _WORKFLOW, "timeline": list(steps), **more}


SCENARIO: Mapping[str, Any] = {
    "tasks": [
        _task(
            "movie-1",
            {
                "calls": 1,
                "status": "Processing",
                "activityResults": {"Start": _START, "Transcode": {"ActivityId": "Transcode", "Status": "Processing"}},
            },
            {
                "calls": 2,
                "status": "Succeed",
                "activityResults": {"Start": _START, "Transcode": {"ActivityId": "Transcode", "Status": "Succeed"}},
            },
            userData="http://example.com/callback?secret=of-the-user",
        ),
        _task("movie-2", {"after": 0, "status": "Succeed", "activityResults": {"Start": _START}}),
        _task(
            "movie-broken",
            {
                "after": 0,
                "status": "Failed",
                "finishTime": _ago(0),
                "activityResults": {
                    "Start": {**_START, "StartTime": _ago(170), "EndTime": _ago(160)},
                    "Transcode": {
                        "ActivityId": "Transcode",
                        "Status": "Failed",
                        "StartTime": _ago(160),
                        "EndTime": _ago(0),
                        "Result": _BROKEN,
                    },
                },
            },
            createTime=_ago(170),
        ),
        _task("movie-endless", {"after": 0, "status": "Processing"}),
        _task("movie-odd", {"after": 0, "status": "Dreaming"}),
    ],
    "keys": [{"accessKey": "denied", "secretKey": "denied-secret", "denied": True}],
}


@pytest.fixture
async def gate(tmp_path: Path) -> AsyncIterator[Command]:
    async with command(tmp_path, SCENARIO) as beside:
        yield beside
