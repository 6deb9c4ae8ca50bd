"""What nobody has verified about the service, as axes to choose from.

Where no answer of the real service has been seen, one guess built into an emulator would become a belief of every
client tested with it. So each such point is an axis with several values, a scenario picks one value of each, and a
client is right only when it is right with all of them. None of the values has been validated against the service.

| axis | value | what the emulator does |
|---|---|---|
| taskNotKnown | notFound | 404 with the code ResourceNotFound |
| | invalidParameter | 400 with the code InvalidParameter |
| | withoutTask | 200 with a RequestId and nothing else |
| | nullTask | 200 with a RequestId and `"WorkflowTask": null` |
| activityResults | object | JSON text of what the scenario gives, an object keyed by activity |
| | untilEnd | the same, but absent until the task has ended |
| | list | JSON text of a list of activities |
| | text | a text that is no JSON (the one in the published example) |
| | resultAsText | as `object`, with each activity's Result as JSON text inside the JSON text |
| finishTime | absent | no FinishTime before the end |
| | empty | an empty FinishTime before the end |
| failedResults | with | a failed task carries its ActivityResults |
| | without | a failed task carries none |
| expiredToken | 400 | status of InvalidSecurityToken.Expired |
| | 403 | |

A scenario that gives `activityResults` as a text gets that text, whatever its shape should be.

Knows the standard library only.
"""

from collections.abc import Mapping
from types import MappingProxyType

VARIANTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "taskNotKnown": ("notFound", "invalidParameter", "withoutTask", "nullTask"),
        "activityResults": ("object", "untilEnd", "list", "text", "resultAsText"),
        "finishTime": ("absent", "empty"),
        "failedResults": ("with", "without"),
        "expiredToken": ("400", "403"),
    }
)
"""Every axis and its values; the first value of an axis is the default."""

DEFAULTS: Mapping[str, str] = MappingProxyType({axis: values[0] for axis, values in VARIANTS.items()})
