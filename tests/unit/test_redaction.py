"""Nothing secret leaves the process as text."""

from __future__ import annotations

import base64
import json
import re
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ice_provider.redaction import Redactor, mask

secrets = st.text(st.characters(codec="utf-8", exclude_characters="[]"), min_size=6, max_size=60).filter(
    lambda text: text not in "[secret]" and text.strip() == text
)
FORMS = {
    "plain": lambda secret: secret,
    "url": quote,
    "url without slash": lambda secret: quote(secret, safe=""),
    "url twice": lambda secret: quote(quote(secret, safe="~"), safe="~"),
    "lower-case url": lambda secret: re.sub("%..", lambda code: code[0].lower(), quote(secret)),
    "form": quote_plus,
    "base64": lambda secret: base64.b64encode(secret.encode()).decode(),
    "base64 unpadded": lambda secret: base64.b64encode(secret.encode()).decode().rstrip("="),
    "url-safe base64": lambda secret: base64.urlsafe_b64encode(secret.encode()).decode(),
    "json": lambda secret: json.dumps(secret)[1:-1],
    "json in unicode": lambda secret: json.dumps(secret, ensure_ascii=False)[1:-1],
}


@given(secrets, st.sampled_from(sorted(FORMS)), st.sampled_from(["", " ", "key=", "<", "\n"]))
def test_a_secret_never_survives_in_any_form_in_which_a_service_may_echo_it(
    secret: str, form: str, before: str
) -> None:
    redactor = Redactor()
    redactor.learn(secret, None, "")
    echoed = FORMS[form](secret)

    shown = redactor.redact(f"the service said {before}{echoed} and more")

    assert echoed not in shown
    assert "[secret]" in shown


@given(secrets, secrets)
def test_of_two_secrets_where_one_holds_the_other_nothing_is_left(inner: str, rest: str) -> None:
    redactor = Redactor()
    redactor.learn(inner, inner + rest)

    assert redactor.redact(f"<{inner + rest}>") == "<[secret]>"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("key LTAI4FoLmvQ9urWx3Qz4 here", "key LTAI…3Qz4 here"),
        ("token STS.NTmQ9urWx3Qz4abcd.", "token [secret]."),
        ("&SecurityToken=CAIS%2Bfoo&x=1", "&SecurityToken=[secret]&x=1"),
        ('"x-acs-security-token": "CAISabc/def=="', '"x-acs-security-token": "[secret]"'),
        ("Signature=abc%3D, more", "Signature=[secret], more"),
        ("SecurityToken%3DCAIS%252Fabc%26Version", "SecurityToken%3D[secret]"),
        ("Specified signature is not matched with our calculation.", None),
        ("The input parameter Signature: it is missing", "The input parameter Signature: [secret] is missing"),
        ("workflow task t-1 failed", None),
    ],
)
def test_what_looks_like_a_secret_is_taken_out_though_nobody_told(text: str, shown: str | None) -> None:
    assert Redactor().redact(text) == (shown or text)


def test_a_short_secret_is_left_to_the_patterns_lest_words_disappear() -> None:
    redactor = Redactor()
    redactor.learn("task")

    assert redactor.redact("workflow task") == "workflow task"


def test_text_that_cannot_be_sent_is_made_sendable() -> None:
    assert Redactor().redact("half a pair \ud83d here") == "half a pair ? here"


@pytest.mark.parametrize(
    ("key", "shown"),
    [("LTAI4FoLmvQ9urWx3Qz4", "LTAI…3Qz4"), ("emulator", "em…"), ("abcdefghi", "abcd…fghi"), ("", "…")],
)
def test_a_key_is_shown_by_its_ends(key: str, shown: str) -> None:
    assert mask(key) == shown
