"""The pages for users: whatever is printed in them is run, and what they say is shown is what is shown."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from ice_provider.about import VERSION
from ice_provider.alibaba.credentials import order, origins
from ice_provider.alibaba.refusals import POLICY
from ice_provider.config import ProviderConfig
from ice_provider.declaration import encode
from ice_provider.decoding import decode
from ice_provider.observation import observe
from ice_provider.roles import AssumeRoleWithOidc
from ice_provider.rpc._proto import provider_pb2 as pb
from support.cloud import ScriptedCloud
from support.desk import Desk
from support.engine import ROOT
from support.examples import compiled
from support.following import Follower, kind
from support.key_services import PROVIDER, ROLE
from support.pages import Block, code, page, section
from support.readers import DENIED, SECRETS, TASK, Circumstances, reader_of
from support.rpc import provider, struct

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from support.pages import Section
    from support.readers import Reader

    Runners = Mapping[str, tuple[str, ...]]

pytestmark = pytest.mark.timeout(900)  # the first build compiles Pulumi's SDK for Go

INSTALLATION, DATA_SOURCES, GATING, LANGUAGES = "installation-configuration", "data-sources", "gating", "languages"
PAGES = ("_index", INSTALLATION, DATA_SOURCES, GATING, LANGUAGES, "scale", "dynamic")
ALL = [each for name in PAGES for each in page(name)]
ERRORS = [each for each in ALL if "Errors" in each.path[:-1]]
WITH_ALICLOUD = section(GATING, "Gate a CDN domain")  # its plugin cannot be had without the network
FOLLOWED = [each for each in ALL if each.blocks and each not in [*ERRORS, WITH_ALICLOUD]]
SCHEMA = json.loads((ROOT / "provider" / "schema.json").read_text())

SIDE_BY_SIDE = {
    "yaml": "gate-yaml/Pulumi.yaml",
    "python": "gate-python/__main__.py",
    "typescript": "gate-typescript/index.ts",
    "go": "gate-go/main.go",
}
"""The program of the examples, by the language that a block is marked with."""
DEVELOPMENT = re.compile(r"# For development only:.*?\n\n", re.DOTALL)
"""What an example says that only its checkout needs."""

AT_ONCE = 4  # sections: some wait for half a minute
SLOW = ("The service slows down", "No answer", "getWorkflowTask", "getWorkflowTasks")  # so they come first

ID, SECRET, WHERE = "ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_REGION"
CAUSES: Mapping[str, tuple[str, Circumstances]] = {
    "The task is not known": ("4215e042b3966ca5441f", Circumstances()),
    "Not allowed": (TASK, Circumstances({ID: str(DENIED["accessKey"]), SECRET: str(DENIED["secretKey"])})),
    "The key is not known": (TASK, Circumstances({ID: "a-key-of-yesterday"})),
    "The signature is refused": (TASK, Circumstances({SECRET: "another-secret"})),
    "The token has expired": (TASK, Circumstances(fault="expiredToken")),
    "No credentials": (TASK, Circumstances({ID: None, SECRET: None})),
    "Half a key pair": (TASK, Circumstances({SECRET: None})),
    "No region": (TASK, Circumstances({WHERE: None})),
    "A region without workflows": (TASK, Circumstances({WHERE: "eu-central-1"})),
    "The service slows down": (TASK, Circumstances(fault="throttle")),
    "No answer": (TASK, Circumstances(fault="unavailable")),
    "A clock that is wrong": (TASK, Circumstances(fault="clockSkew")),
}
"""What brings each error about: the task that is asked for, and what is special."""

ASKED = {
    "A profile of the aliyun CLI": "sts.aliyuncs.com / AssumeRole",
    "A file of profiles": "sts.aliyuncs.com / AssumeRole",
    "OIDC in Kubernetes": "sts.aliyuncs.com / AssumeRoleWithOIDC",
    "OIDC in GitHub Actions": "sts.aliyuncs.com / AssumeRoleWithOIDC",
    "A role to assume": "sts.aliyuncs.com / AssumeRole",
    "A URI that hands out keys": "/keys",
    "Several providers in a program": "sts.aliyuncs.com / AssumeRole",
}
"""What is asked of those who hand out keys while a section is followed."""

CALLED = {
    "Regions and endpoints": "ice-vpc.cn-shanghai.aliyuncs.com",
    "Several providers in a program": "ice.us-west-1.aliyuncs.com",
}
"""Where calls go that do not go to `ice.cn-shanghai.aliyuncs.com`."""


def look_at_what_is_installed(reader: Reader) -> None:
    plugin = reader.desk.installed / "plugins" / f"resource-ice-v{VERSION}" / "pulumi-resource-ice"
    assert plugin.read_text().startswith(f"#!{sys.prefix}")
    films = reader.desk.folder / "films"
    ((module, checkout),) = re.findall(r"^replace (\S+) => (\S+)$", (films / "go.mod").read_text(), re.MULTILINE)
    assert (films / checkout / "go.mod").read_text().startswith(f"module {module}\n")


async def check_what_was_set(reader: Reader) -> None:
    """See that the words are accepted, and what they mean: only an instance can reach the address where they end."""
    (project,) = reader.follower.projects
    told = json.loads(await project.pulumi.done("config", "--json"))
    given = {name.removeprefix("ice:"): entry["value"] for name, entry in told.items()}
    async with provider(ScriptedCloud()) as running:
        checked = await running.stub.CheckConfig(pb.CheckRequest(news=struct(given)))
    assert list(checked.failures) == []
    assert order.find(decode(ProviderConfig, given), {}).origin == origins.InstanceRole("reader")


async def follow(what: Section, folder: Path, installed: Path, runners: Runners) -> None:
    """Follow a section, and see what has come of it."""
    crowd = 5_100 if what.title == "Paging" else 0
    task, special = CAUSES.get(what.title, (None, Circumstances(crowd=crowd)))
    cause = f"pulumi config set taskId {task}\npulumi preview\n"
    blocks = [*([Block(what.page, 0, "console", cause)] if task else []), *what.blocks]
    is_previewed = what.title not in {"Installation", "The role of an ECS instance"}
    async with reader_of(what, folder, installed, runners, special) as reader:
        await reader.follower.follow(blocks, to_the_end=is_previewed)

        if what.title == "Installation":
            look_at_what_is_installed(reader)
        elif not is_previewed:
            await check_what_was_set(reader)
    assert reader.asked == ({ASKED[what.title]} if what.title in ASKED else set())
    assert set(reader.outside.called) <= {CALLED.get(what.title, "ice.cn-shanghai.aliyuncs.com")}
    assert reader.outside.refused == []
    assert not [secret for secret in SECRETS if secret in reader.kept]


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where Pulumi keeps its plugins, with ours installed as the page says."""
    folder = tmp_path_factory.mktemp("installed")
    desk = Desk(folder / "desk", folder / "pulumi", {})
    follower = Follower(desk, "name: nothing\nruntime: yaml\n", {})
    asyncio.run(follower.follow(section(INSTALLATION, "Installation").blocks[:1], to_the_end=False))
    return desk.installed


@pytest.fixture(scope="session")
def followed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, installed: Path
) -> Iterator[Mapping[int, Future[None]]]:
    """The sections that tests are about, several followed at once, by what `id` says of them."""
    tests = [test for test in request.session.items if isinstance(test, pytest.Function)]
    wanted = [test.callspec.params["what"] for test in tests if "followed" in test.fixturenames]
    wanted.sort(key=lambda what: what.title not in SLOW)
    blocks = [block for what in ALL for block in what.blocks]

    def build(language: str) -> tuple[str, ...]:
        return compiled(language, blocks)

    def run(what: Section) -> None:
        needed = {block.language for block in what.blocks} & built.keys()
        runners = {language: built[language].result() for language in needed}
        runners["python"] = (sys.executable, "-m", "support.inline")
        asyncio.run(follow(what, tmp_path_factory.mktemp("followed"), installed, runners))

    with ThreadPoolExecutor(1) as builder, ThreadPoolExecutor(AT_ONCE) as readers:
        is_compiled = any(block.language in {"typescript", "go"} for what in wanted for block in what.blocks)
        built = {each: builder.submit(build, each) for each in ("typescript", "go") if is_compiled}
        under_way = {id(what): readers.submit(run, what) for what in wanted}
        yield under_way
        readers.shutdown(cancel_futures=True)


@pytest.mark.parametrize("what", FOLLOWED, ids=lambda what: f"{what.page}: {what.title}")
def test_what_a_section_says_can_be_done_and_shows_what_it_says(
    followed: Mapping[int, Future[None]], what: Section
) -> None:
    followed[id(what)].result()


def test_the_program_with_alicloud_is_the_example_that_is_tried_where_alicloud_is_installed() -> None:
    (block,) = WITH_ALICLOUD.blocks

    assert block.text == (ROOT / "examples" / "gate-cdn" / "__main__.py").read_text()


@pytest.mark.parametrize("language", SIDE_BY_SIDE)
def test_a_program_beside_others_is_the_example_in_its_language(language: str) -> None:
    (block,) = (
        each for each in section(LANGUAGES, "One program in four languages").blocks if each.language == language
    )
    example = (ROOT / "examples" / SIDE_BY_SIDE[language]).read_text()

    assert block.text == DEVELOPMENT.sub("", example)


@pytest.mark.parametrize("language", SIDE_BY_SIDE)
def test_the_table_of_languages_has_what_its_program_imports_and_how_it_writes_names(language: str) -> None:
    (block,) = (
        each for each in section(LANGUAGES, "One program in four languages").blocks if each.language == language
    )
    rows = section(LANGUAGES, "Languages").table("language", "imports", "names", "example")
    ((_, imported, named, example),) = (row for row in rows if row[0].lower() == language)

    for name in code(imported + named):
        assert name in block.text
    assert f"../examples/{SIDE_BY_SIDE[language]}".startswith(re.findall(r"\((.+)\)", example)[0])


@pytest.mark.parametrize("what", ERRORS, ids=lambda what: what.title)
def test_an_error_is_shown_word_for_word(followed: Mapping[int, Future[None]], what: Section) -> None:
    assert what.title in CAUSES
    followed[id(what)].result()


# --- what is told in tables and lists ---------------------------------------------------------------------------------


def variables(text: str) -> list[str]:
    """Return the variables of Alibaba Cloud that a text names, in their order."""
    return re.findall(r"\bALI(?:CLOUD|BABA_CLOUD|BABACLOUD)_[A-Z0-9_]*[A-Z0-9]\b", text)


def names(section: Section, *columns: str) -> list[str]:
    """Return what the first column of a table names."""
    return [name for row in section.table(*columns) for name in code(row[0])]


SETTINGS = section(INSTALLATION, "All settings").table("word", "default", "environment", "meaning")
READERS = ("config.py", *(f"alibaba/credentials/{name}.py" for name in ("order", "key_variables", "sessions")))
"""The modules that read the environment."""


def test_the_table_of_settings_has_every_one_and_marks_the_secret_ones() -> None:
    declared = SCHEMA["config"]["variables"]

    assert [code(word)[0] for word, *_ in SETTINGS] == list(declared)
    marked = {code(word)[0] for word, *_ in SETTINGS if word.endswith("(secret)")}
    assert marked == {name for name, variable in declared.items() if variable.get("secret")}


def test_the_page_names_every_variable_that_the_provider_reads_and_no_other() -> None:
    read = variables("".join((ROOT / "provider" / "ice_provider" / name).read_text() for name in READERS))

    assert set(variables((ROOT / "docs" / f"{INSTALLATION}.md").read_text())) == set(read)


@pytest.mark.parametrize("word", [code(word)[0] for word, *_ in SETTINGS])
def test_a_setting_names_its_variables_in_the_order_and_the_default_of_the_schema(word: str) -> None:
    ((default, named),) = ((row[1], code(row[2])) for row in SETTINGS if code(row[0]) == [word])
    described = SCHEMA["config"]["variables"][word]["description"]

    if variables(described):
        assert named == variables(described)
    number = re.search(r"\b(\d+m?)\b\"? by default", described)
    if number:
        assert code(default) == [number[1]]


@pytest.mark.parametrize("role", ["AssumeRole", "AssumeRoleWithOidc"])
def test_the_tables_of_roles_have_every_word(role: str) -> None:
    word = role[0].lower() + role[1:]
    table = section(INSTALLATION, "A role to assume")

    told = names(table, f"`ice:{word}`", "default", "")

    assert set(told) == set(SCHEMA["types"][f"ice:index:{role}"]["properties"])


def steps() -> list[str]:
    """Return the list of ways to sign in, in its order."""
    text = "\n".join(section(INSTALLATION, "Which way is taken").prose)
    return re.findall(r"^\d+\. (.*(?:\n    .*)*)", text, re.MULTILINE)


def test_the_words_of_the_configuration_are_tried_in_the_order_of_the_list() -> None:
    known = [[name for name in code(step) if name.startswith("ice:")] for step in steps()]
    config = ProviderConfig(
        access_key="emulator",
        secret_key="emulator-secret",
        profile="release",
        ecs_role_name="reader",
        credentials_uri="http://127.0.0.1/",
        assume_role_with_oidc=AssumeRoleWithOidc(oidc_provider_arn=PROVIDER, role_arn=ROLE, oidc_token="token"),
    )

    found = order.find(config, {})

    unused = [note.removesuffix(" is not used, because ice:accessKey is set") for note in found.notes]
    assert [str(found.origin), *unused, "ice:sharedCredentialsFile"] == [words[0] for words in known if words]


def test_the_environment_is_tried_in_the_order_of_the_list(tmp_path: Path) -> None:
    (tmp_path / "file").write_text(json.dumps({"current": "two", "profiles": PROFILES}))
    families = [row[1:] for row in section(INSTALLATION, "Keys in the environment").table(*FAMILIES)]
    keys = [name for row in families for cell in row for name in code(cell)]
    known = [keys, *(variables(step) for step in steps()[7:])]
    values = {"PROFILE": "one", "FILE": str(tmp_path / "file"), "URI": "http://127.0.0.1/", "ROLE_ARN": ROLE}
    environment = {
        name: next((value for end, value in values.items() if name.endswith(end)), "something")
        for names_ in known
        for name in names_
        if name != "ALIBABA_CLOUD_CLI_PROFILE_DISABLED"
    }
    found = []
    for names_ in known:
        found.append(str(order.find(ProviderConfig(), environment).origin))
        kept = {"ALICLOUD_SHARED_CREDENTIALS_FILE"} if names_ is not known[-1] else set()
        environment = {name: value for name, value in environment.items() if name not in {*names_} - kept}

    for told, expected in zip(found, FOUND, strict=True):
        assert expected in told


FAMILIES = ("", "access key ID", "access key secret", "STS token")
PROFILES = [
    {"name": name, "mode": "AK", "access_key_id": "emulator", "access_key_secret": "emulator-secret"}
    for name in ("one", "two")
]
FOUND = (
    "ALICLOUD_ACCESS_KEY",
    "profile one",
    "by OIDC",
    "the ECS instance role",
    "the credentials URI",
    "profile two",
)


def test_the_policies_allow_what_errors_tell_people_to_allow() -> None:
    blocks = section(INSTALLATION, "Permissions").blocks
    allowed = [json.loads(block.text)["Statement"][0]["Action"] for block in blocks]

    assert [json.loads(blocks[0].text)] == [json.loads(POLICY % "GetWorkflowTask")]
    assert allowed == [
        ["ice:GetWorkflowTask"],
        ["ice:GetWorkflowTask", "ice:ListWorkflowTasks"],
        ["sts:AssumeRole"],
        "sts:AssumeRole",
        "sts:AssumeRole",
    ]


@pytest.mark.parametrize("function", ["getWorkflowTask", "getWorkflowTasks"])
def test_the_tables_of_a_function_have_every_argument_and_output(function: str) -> None:
    declared = SCHEMA["functions"][f"ice:index:{function}"]
    heads = {"getWorkflowTask": ("argument", ""), "getWorkflowTasks": ("argument", "lists only tasks")}

    arguments = section(DATA_SOURCES, function, "Arguments").table(*heads[function])
    outputs = section(DATA_SOURCES, function, "Outputs").table("output", "meaning", "absent")

    assert {code(row[0])[0] for row in arguments} == set(declared["inputs"]["properties"])
    assert {code(row[0])[0] for row in outputs} == set(declared["outputs"]["properties"])
    never = {code(row[0])[0] for row in outputs if row[2] == "never"}
    assert never >= set(declared["outputs"]["required"])


def test_the_tables_have_every_part_of_a_workflow_and_an_activity() -> None:
    ((_, parts, _),) = (
        row
        for row in section(DATA_SOURCES, "getWorkflowTask", "Outputs").table("output", "meaning", "absent")
        if row[0] == "`workflow`"
    )
    activity = section(DATA_SOURCES, "getWorkflowTask", "Activities and results")

    assert set(SCHEMA["types"]["ice:index:Workflow"]["properties"]) <= set(code(parts))
    told = names(activity, "output", "taken from", "absent")
    assert told == list(SCHEMA["types"]["ice:index:Activity"]["properties"])


FORMS = section(DATA_SOURCES, "getWorkflowTask", "Activities and results").table(
    "`activityResults`", "`results`", "`activities`"
)


@pytest.mark.parametrize(("given", "results", "activities"), FORMS)
def test_each_form_of_results_becomes_what_the_table_says(given: str, results: str, activities: str) -> None:
    seen = encode(observe(task_id=TASK, status="Succeed", activity_results=given.strip("`")))

    assert {name: seen[name] for name in ("results", "activities") if name in seen} == {
        name: json.loads(told.strip("`"))
        for name, told in (("results", results), ("activities", activities))
        if told != "absent"
    }


@pytest.mark.parametrize(("tag", "text"), [("", "pulumi up"), ("sh", "pulumi up"), ("yaml", "kind: Pod"), ("toml", "")])
def test_a_block_that_nobody_knows_how_to_run_is_refused(tag: str, text: str) -> None:
    with pytest.raises(ValueError, match=r"no block has this tag|neither a program nor a workflow"):
        kind(Block("page", 1, tag, text))


def test_every_block_of_the_pages_is_run() -> None:
    followed = [block for section in [*FOLLOWED, *ERRORS] for block in section.blocks]
    fences = sum(len(re.findall(r"^ *```", (ROOT / "docs" / f"{page}.md").read_text(), re.MULTILINE)) for page in PAGES)

    assert (len(followed) + len(WITH_ALICLOUD.blocks)) * 2 == fences
    assert all(kind(block) for block in followed)
