"""Twelve faults in one stack on the real engine: what opens, what is said, and that the next up completes."""

from __future__ import annotations

from pathlib import Path

from support import reliability
from support.oracle import wrongs
from support.stack_trials import TRIALS, complaints_in, outcomes


async def test_faults_end_on_the_engine_as_they_must_and_the_page_tells_so(tmp_path: Path) -> None:
    found = await outcomes(tmp_path)

    assert {str(trial): list(wrongs(trial, seen)) for trial, seen in found.items()} == {str(t): [] for t in TRIALS}
    page = reliability.PAGE.read_text(encoding="utf-8")
    assert reliability.table(page, "totals")[1] == reliability.totals(reliability.ENGINE, found)


def test_what_is_told_beside_errors_is_a_complaint_on_the_engine_too() -> None:
    text = """
@ updating....
 +  pulumi:pulumi:Stack faults-dev **creating failed (8s)** 1 error; 24 debugs
Diagnostics:
  ice:index:WorkflowTaskGate (task-6):
    error: the security token has expired: InvalidSecurityToken.Expired
        who        the key STS.…Test (from ALIBABA_CLOUD_ACCESS_KEY_ID)

  ice:index:WorkflowTaskGate (task-7):
    warning: this machine's clock is wrong

  pulumi:pulumi:Stack (faults-dev):
    debug: Registering config [ice:clientReadTimeout]
    debug: Exception in thread ice
        Traceback

    debug: Registering resource [task-1]

Outputs:
    task-11: "Succeed"
"""

    assert complaints_in(text) == "warning: this machine's clock is wrong\ndebug: Exception in thread ice\n"
