"""Insides of other packages that we lean on: where one has changed, a person is told which, and what to install."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING

import pytest

from ice_provider.about import VERSION

if TYPE_CHECKING:
    from pathlib import Path

MODELS = """
class GetWorkflowTaskResponseBody:
    def from_map(self, given):
        self.workflow_task = type("Task", (), {"id": given["WorkflowTask"]["TaskId"]})
        return self

class ListWorkflowTasksResponseBody(GetWorkflowTaskResponseBody):
    pass
"""
CHANGED = [
    pytest.param("ice_provider.rpc.servicer", "pulumi", {"pulumi/__init__.py": ""}, id="no stubs"),
    pytest.param(
        "ice_provider.rpc.servicer",
        "pulumi",
        {"pulumi/__init__.py": "", "pulumi/runtime/proto/engine_pb2.py": "raise RuntimeError('protobuf is too old')"},
        id="stubs that refuse their libraries",
    ),
    pytest.param(
        "ice_provider.alibaba.client",
        "alibabacloud-ice20201109",
        {"alibabacloud_ice20201109/__init__.py": "", "alibabacloud_ice20201109/models.py": ""},
        id="no models",
    ),
    pytest.param(
        "ice_provider.alibaba.client",
        "alibabacloud-ice20201109",
        {"alibabacloud_ice20201109/__init__.py": "", "alibabacloud_ice20201109/models.py": MODELS},
        id="models with other names",
    ),
    pytest.param(
        "ice_provider.alibaba.signing",
        "alibabacloud-tea-openapi",
        {"alibabacloud_tea_openapi/__init__.py": "", "alibabacloud_tea_openapi/utils.py": "class Utils: pass"},
        id="no signer",
    ),
    pytest.param(
        "ice_provider.alibaba; ice_provider.alibaba._library()",
        "alibabacloud-credentials",
        {"Tea/__init__.py": "", "Tea/core.py": "class TeaCore: pass", "Tea/request.py": "", "Tea/response.py": ""},
        id="another way to speak",
    ),
]


def installed(folder: Path, changed: dict[str, str]) -> dict[str, str]:
    """Return an environment in which these files stand before those of the same packages."""
    for name, text in changed.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), *filter(None, sys.path)])}


@pytest.mark.parametrize(("room", "package", "changed"), CHANGED)
def test_a_package_whose_insides_have_changed_is_named_with_its_version_and_what_to_install(
    room: str, package: str, changed: dict[str, str], tmp_path: Path
) -> None:
    program = (
        f"import ice_provider.errors as errors\ntry: import {room}\nexcept errors.BadInstallation as it: print(it)"
    )

    told = subprocess.run(
        [sys.executable, "-c", program], env=installed(tmp_path, changed), capture_output=True, text=True, check=False
    )

    assert told.stdout.startswith(f"{package} {version(package)} does not fit pulumi-ice {VERSION}: "), told.stderr
    assert f"pip install --upgrade pulumi-ice '{package}<" in told.stdout


def test_a_plugin_beside_another_pulumi_ends_with_that_sentence_and_no_traceback(tmp_path: Path) -> None:
    environment = installed(tmp_path, {"pulumi/__init__.py": ""})

    ended = subprocess.run(
        [sys.executable, "-m", "ice_provider"], env=environment, capture_output=True, text=True, check=False
    )

    assert ended.returncode == 1
    assert ended.stderr.startswith("pulumi ")
    assert "Traceback" not in ended.stderr


INSIDES = {
    "serialize_provider": "pulumi.dynamic.dynamic",
    "Unknown": "pulumi.output",
    "_resolve_depends_on": "pulumi.runtime._depends_on",
    "_expand_dependencies": "pulumi.runtime.rpc",
    "deserialize_properties": "pulumi.runtime.rpc",
    "translate_output_properties": "pulumi.runtime.rpc",
    "_depends_on_list": "pulumi:InvokeOutputOptions",
}
WITHOUT_EACH = """
import json, pkgutil, sys
import pulumi_ice
from ice_provider.errors import BadInstallation

def told(home, name, *instead):
    whole = getattr(home, name)
    delattr(home, name)
    for other in instead:
        other.__name__ = name
        setattr(home, name, other)
    try:
        import ice_dynamic
    except BadInstallation as error:
        return str(error)
    finally:
        setattr(home, name, whole)

found = []
for name, place in json.loads(sys.argv[1]).items():
    home = pkgutil.resolve_name(place)
    found.append((name, told(home, name)))
    if not isinstance(getattr(home, name), type):
        found.append((name, told(home, name, lambda *, other: None)))
import ice_dynamic
print(json.dumps(found))
"""


def test_an_inside_of_pulumi_that_the_dynamic_flavour_misses_is_named_when_it_is_imported() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", WITHOUT_EACH, json.dumps(INSIDES)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
    heads = [(name, *told.split("\n", 1)) for name, told in json.loads(ran.stdout)]
    unfit = f"pulumi {version('pulumi')} does not fit pulumi-ice {VERSION}: "
    assert len(heads) == 2 * len(INSIDES) - 1
    assert [each for each in heads if not each[1].startswith(unfit) or each[0] not in each[1]] == []
    assert [each for each in heads if "pip install --upgrade pulumi-ice 'pulumi<" not in each[2]] == []
