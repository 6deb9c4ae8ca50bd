"""How much is shown of what a service says."""

from __future__ import annotations

import pytest

from ice_provider.excerpts import excerpt
from ice_provider.redaction import Redactor
from support.secrets import SECRET, TOKEN, seen_in


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("ten chars.", "ten chars."),
        ("ten chars and more", "ten chars…"),
        ("eleven chars", "eleven…"),
        ("eleven-chars", "…"),
        ("一二三四五六七八九十百", "一二三四五六七八九十…"),
        ("一二三四 a-key-id", "一二三四…"),
    ],
)
def test_a_text_is_cut_between_words_and_shows_that_it_is(text: str, shown: str) -> None:
    assert excerpt(text, 10) == shown


def test_a_message_has_five_hundred_characters_at_most() -> None:
    assert excerpt("x " * 250) == "x " * 250
    assert len(excerpt("x " * 4_000_000)) == 500


@pytest.mark.parametrize("secret", [SECRET, TOKEN])
def test_wherever_a_secret_meets_the_end_no_part_of_it_is_left_behind(secret: str) -> None:
    redactor = Redactor()
    redactor.learn(secret)

    for before in range(300, 502):
        assert not seen_in(redactor.redact(excerpt("x" * before + f"\n{secret} and more of that")))
