"""Free JSON from the service, read so that nothing is lost on its way through Pulumi. Knows the standard library only.

Pulumi's numbers are doubles and its messages nest at most about 30 deep in the Python SDK, so whole numbers beyond
2^53 become text, and a text that nests deeper, or holds NaN, or names one key twice, counts as not JSON.
"""

from __future__ import annotations

import json
from typing import Any, Final

_EXACT: Final = 2**53
_DEEPEST: Final = 24


class NotJson(ValueError):
    """The text is not JSON, or none that can be passed on whole."""


def parse(text: str) -> Any:
    """Return the parsed value.

    Raises:
        NotJson: See the module.
    """
    try:
        value = _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        raise NotJson("not JSON, or none that can be passed on whole") from error
    if text.count("[") + text.count("{") > _DEEPEST and _deeper_than(value, _DEEPEST):
        raise NotJson("nested too deep")
    return value


def _whole(digits: str) -> int | str:
    # int() refuses thousands of digits, so look at the length first.
    if len(digits) > len(str(_EXACT)) + 1 or abs(int(digits)) > _EXACT:
        return digits
    return int(digits)


def _finite(digits: str) -> float:
    value = float(digits)
    if value in {float("inf"), float("-inf")}:
        raise NotJson("a number too large")
    return value


def _refuse(word: str) -> float:
    raise NotJson(word)


def _unambiguous(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise NotJson("a key twice")
    return value


def _deeper_than(value: Any, limit: int) -> bool:
    if limit == 0:
        return isinstance(value, dict | list)
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_deeper_than(part, limit - 1) for part in parts)


_DECODER: Final = json.JSONDecoder(
    parse_int=_whole, parse_float=_finite, parse_constant=_refuse, object_pairs_hook=_unambiguous
)
