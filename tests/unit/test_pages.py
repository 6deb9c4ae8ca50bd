"""The pages hang together: all are listed, every link leads somewhere, and the Pulumi Registry can show its two."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path

import pytest
import yaml

from ice_provider.about import REPOSITORY
from support.engine import ROOT
from support.pages import sections

DOCS = ROOT / "docs"
PAGES = sorted(
    page
    for pattern in ("*.md", "docs/*.md", "examples/**/*.md", "sdk/python/pulumi_ice/*.md")
    for page in ROOT.glob(pattern)
    if "node_modules" not in page.parts
)
REGISTRYS = ("_index", "installation-configuration")
"""The pages that the registry takes; it has its own for everything else. Source: pulumi/registry, `resourcedocsgen`."""

MADE_BY_WHO_READS = {"provider/ice_provider/resources/workflow_task_record.py"}

_FENCED = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?:\]\(|^\[[^\]]+\]: )([^)\s]+)", re.MULTILINE)
_HERE = f"{REPOSITORY}/blob/main/"


def prose(page: Path) -> str:
    """Return a page without its blocks."""
    return _FENCED.sub("", page.read_text())


@functools.cache
def anchors(page: Path) -> set[str]:
    """Return what a link can name behind `#`, as GitHub makes it of headings."""
    titles = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def places(page: Path) -> list[tuple[Path, str]]:
    """Return where the links of a page lead in the repository: file and heading."""
    found = []
    for link in _LINK.findall(prose(page)):
        base, target = (ROOT, link.removeprefix(_HERE)) if link.startswith(_HERE) else (page.parent, link)
        if not re.match(r"[a-z]+:", target):
            file, _, anchor = target.partition("#")
            found.append(((base / file).resolve() if file else page, anchor))
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_to_a_file_and_a_heading_that_exist(page: Path) -> None:
    lost = [(str(file), anchor) for file, anchor in places(page) if not file.exists()]
    lost += [(str(file), anchor) for file, anchor in places(page) if anchor and anchor not in anchors(file)]

    assert lost == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_of_the_checkout_that_a_page_names_exists(page: Path) -> None:
    named = re.findall(r"`((?:\.github|docs|examples|provider|sdk|tests|tools)/[\w./-]*\w)", page.read_text())

    assert {name for name in named if not (ROOT / name).exists()} <= MADE_BY_WHO_READS


def test_the_list_of_pages_has_every_page_once_with_a_line_of_its_own() -> None:
    rows = re.findall(r"^\| \[[^\]]+\]\((\S+)\.md\) \| (.+) \|$", (DOCS / "README.md").read_text(), re.MULTILINE)

    assert sorted(name for name, _ in rows) == sorted(page.stem for page in DOCS.glob("*.md") if page.stem != "README")
    assert len({line for _, line in rows}) == len(rows)


@pytest.mark.parametrize("name", REGISTRYS)
def test_a_page_of_the_registry_begins_with_what_the_registry_asks_for(name: str) -> None:
    begin, head, body = (DOCS / f"{name}.md").read_text().split("---\n", 2)
    about = yaml.safe_load(head)

    assert begin == ""
    assert set(about) == {"title", "meta_desc", "layout"}
    assert about["layout"] == "package"
    assert len(about["title"]) <= 60
    assert 50 <= len(about["meta_desc"]) <= 160
    assert not re.search(r"^# ", _FENCED.sub("", body), re.MULTILINE)  # the title is shown as the heading


@pytest.mark.parametrize("name", REGISTRYS)
def test_a_page_of_the_registry_links_to_pages_that_the_registry_does_not_have_by_their_address(name: str) -> None:
    links = _LINK.findall(prose(DOCS / f"{name}.md"))

    assert [link for link in links if not link.startswith(("#", "https://"))] == []


def test_the_readme_can_be_read_on_the_package_index_too() -> None:
    text = prose(ROOT / "README.md")

    assert [link for link in _LINK.findall(text) if not link.startswith("https://")] == []
    named = set(re.findall(r"\[([^\]]+)\](?![(:])", text))
    assert named == set(re.findall(r"^\[([^\]]+)\]: ", text, re.MULTILINE))


def test_the_registry_can_take_the_schema() -> None:
    """What it checks before. Source: pulumi/registry, `tools/resourcedocsgen/cmd/metadata.go`."""
    (block,) = [block for each in sections(DOCS / "releasing.md") for block in each.blocks if block.language == "json"]
    entry = json.loads(block.text)
    schema = json.loads((ROOT / entry["schemaFile"]).read_text())

    assert f"https://github.com/{entry['repoSlug']}" == REPOSITORY
    assert schema["name"] == entry["repoSlug"].rpartition("/pulumi-")[2]
    assert schema["publisher"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", schema["version"])
    assert [word for word in schema["keywords"] if word.startswith("category/")] == ["category/cloud"]


def test_the_overview_lets_the_registry_show_one_language_at_a_time() -> None:
    text = (DOCS / "_index.md").read_text()
    marks = re.findall(r"\{\{.*?\}\}", text)
    (offered,) = re.findall(r'\{\{< chooser language "([\w,]+)" >\}\}', text)
    languages = offered.split(",")

    each = [mark for name in languages for mark in (f"{{{{% choosable language {name} %}}}}", "{{% /choosable %}}")]
    assert marks == [f'{{{{< chooser language "{offered}" >}}}}', *each, "{{< /chooser >}}"]
    assert [re.search(rf"language {name} %}}}}\n\n```(\w+)", text)[1] for name in languages] == languages
