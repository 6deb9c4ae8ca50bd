"""The official SDK's package of models, of which we import as little as we use. Each in a process of its own."""

from __future__ import annotations

import subprocess
import sys

_OURS = "import ice_provider.alibaba.answers, sys; from alibabacloud_ice20201109 import models\n"


def printed(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()


def test_reading_answers_imports_two_modules_of_the_package_and_not_the_thousand_others() -> None:
    assert printed(f"{_OURS}print(sum(name.startswith(models.__name__ + '.') for name in sys.modules))") == "2"


def test_whoever_uses_the_package_beside_us_finds_it_whole() -> None:
    assert printed(f"{_OURS}print(models.SubmitMediaProducingJobRequest(timeline='t').to_map())") == "{'Timeline': 't'}"


def test_both_use_the_same_models() -> None:
    same = (
        "models.Hotword, models.GetWorkflowTaskResponseBody is ice_provider.alibaba.answers.GetWorkflowTaskResponseBody"
    )
    assert printed(f"{_OURS}print(({same})[1])") == "True"


def test_a_package_that_was_imported_whole_before_stays_so() -> None:
    before = "import alibabacloud_ice20201109.models as whole\n"
    assert (
        printed(f"{before}{_OURS}print(sys.modules[models.__name__] is whole, type(whole).__name__)") == "True module"
    )
