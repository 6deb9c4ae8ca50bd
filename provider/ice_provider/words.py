"""The words of the API that the gate's meaning hangs on. Knows the standard library only.

Source: the page of GetWorkflowTask (ICE, API 2020-11-09), element `Status`. Note `Succeed`, and `Canceled` with one l.
"""

from __future__ import annotations

from typing import Final

INIT: Final = "Init"
PROCESSING: Final = "Processing"
SUCCEED: Final = "Succeed"
FAILED: Final = "Failed"
CANCELED: Final = "Canceled"

PENDING: Final = frozenset({INIT, PROCESSING})
ENDED: Final = frozenset({SUCCEED, FAILED, CANCELED})
KNOWN: Final = PENDING | ENDED
