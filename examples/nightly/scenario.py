"""Prints what the emulator plays for this example: a workflow's two hundred tasks of tonight, one of them bad."""

import json

WORKFLOW = {"workflowId": "wf-night", "name": "Nightly transcoding"}
NO_VIDEO = {"Code": "InvalidParameter.NoVideoStream", "Message": "the input has no video stream"}
GOOD = [{"calls": 1, "status": "Processing"}, {"calls": 2, "status": "Succeed"}]
BAD = [{"calls": 1, "status": "Failed", "activityResults": {"Transcode": {"Status": "Failed", **NO_VIDEO}}}]

films = [(f"film-{number:03}", GOOD) for number in range(1, 200)]
tasks = [
    {"taskId": task_id, "workflow": WORKFLOW, "timeline": timeline} for task_id, timeline in [*films, ("film-200", BAD)]
]
print(json.dumps({"tasks": tasks}))  # JSON is YAML
