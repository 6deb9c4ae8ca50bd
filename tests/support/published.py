"""The example answer of the page of GetWorkflowTask (ICE, API 2020-11-09), word for word."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

TEXT: Final = (Path(__file__).parents[1] / "data" / "get-workflow-task.json").read_text(encoding="utf-8")
ANSWER: Final[dict[str, Any]] = json.loads(TEXT)
