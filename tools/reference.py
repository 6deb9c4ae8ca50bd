"""The reference page, out of the package schema: every function, resource, setting and type, with all properties.

Knows the form of a schema, and nothing of what any function or resource does. `sdk.py` says where the page lies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_HEAD: Final = """# Reference

Every function, resource, setting and type with all their properties. This page is written by `make sdk` from the
declarations in the code, as the SDKs are; how to use what stands here is told on the [other pages](README.md).

Names are those of YAML and TypeScript. Python writes `taskId` as `task_id`, and Go as `TaskId`. *Required* inputs must
be given; outputs that are *always* there are never absent.
"""
_ANY: Final = "pulumi.json#/Any"


def page(schema: Mapping[str, Any], programs: Mapping[str, str]) -> str:
    """Return the page in Markdown; `programs` says where programs with a function or resource stand."""
    return "\n\n".join([_HEAD.rstrip(), *_parts(schema, programs)]) + "\n"


def _parts(schema: Mapping[str, Any], programs: Mapping[str, str]) -> Iterator[str]:
    package = schema["name"]
    yield "## Functions"
    for token, function in schema["functions"].items():
        name = _last(token)
        yield from (
            f"### {name}",
            _names(package, name, go=f"{_upper(name)}Output"),
            _described(function, programs[name]),
        )
        yield from _table("argument", function["inputs"], "required")
        yield from _table("output", function["outputs"], "always")
    yield "## Resources"
    for token, resource in schema["resources"].items():
        name = _last(token)
        yield from (f"### {name}", _names(package, name, go=f"New{name}"), _described(resource, programs[name]))
        inputs = {"properties": resource["inputProperties"], "required": resource["requiredInputs"]}
        yield from _table("input", inputs, "required")
        yield from _table("output", resource, "always")
    yield "## Provider"
    yield f"`pulumi config set {package}:region …`, or an explicit provider, `pulumi:providers:{package}` in YAML."
    yield from _table("setting", {"properties": schema["config"]["variables"]}, "required")
    yield "## Types"
    for token, declared in schema["types"].items():
        yield from (f"### {_last(token)}", declared["description"])
        yield from _table("property", declared, "always")


def _names(package: str, name: str, *, go: str) -> str:
    """Return what something is called in each language."""
    python = f"{_snake(name)}_output" if name[0].islower() else name
    typescript = f"new {package}.{name}" if name[0].isupper() else f"{package}.{name}Output"
    return f"`{package}:{name}` in YAML, `{package}.{python}` in Python, `{typescript}` in TypeScript, `{package}.{go}` in Go."


def _described(offer: Mapping[str, Any], programs: str) -> str:
    return f"{offer['description']}\n\n[Programs to copy]({programs})"


def _table(title: str, described: Mapping[str, Any], mark: str) -> Iterator[str]:
    required = frozenset(described.get("required", ()))
    rows = [f"| {title} | type | | |", "|---|---|---|---|"]
    for name, spec in described["properties"].items():
        marks = [mark] * (name in required) + ["secret"] * spec.get("secret", False)
        rows.append(f"| `{name}` | {_type(spec)} | {', '.join(marks)} | {_cell(spec['description'])} |")
    yield "\n".join(rows)


def _type(spec: Mapping[str, Any]) -> str:
    """Return a type in words; one that stands on the page is a link."""
    if reference := spec.get("$ref"):
        name = _last(reference)
        return "any JSON" if reference == _ANY else f"[{name}](#{name.lower()})"
    if spec["type"] == "array":
        return f"list of {_type(spec['items'])}"
    if spec["type"] == "object":
        return f"map of {_type(spec['additionalProperties'])}"
    return str(spec["type"])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _last(token: str) -> str:
    return token.rpartition(":")[2]


def _upper(name: str) -> str:
    return name[0].upper() + name[1:]


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
