"""Signatures are judged rightly, whatever a client sends: the right one in any spelling passes, nothing else does.

What is right is written down here once more, from the published description, byte by byte.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from hypothesis import strategies as st

from ice_emulator.request import Refused, Request, parse
from ice_emulator.signature import ACS3, VERSION_1, Key, Verifier, canonical_query
from ice_provider.alibaba.credentials import keys as provider_keys
from ice_provider.alibaba.signing import sign
from support.fuzzing import fuzzed
from support.secrets import SECRET, TOKEN, seen_in

NOW = datetime(2026, 1, 4, 2, 5, 17, tzinfo=UTC)
KEY = Key(access_key="tester", secret_key=SECRET)
TEMPORARY = Key(access_key="STS.tester", secret_key=SECRET, security_token=TOKEN)
UNRESERVED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~"
EMPTY_HASH = hashlib.sha256(b"").hexdigest()

names = st.text("abXYZ019-_.~", min_size=1, max_size=4).map(str.encode)
values = st.binary(max_size=6) | st.text(max_size=4).map(str.encode)
queries = st.dictionaries(names, values, max_size=4)
spellings = st.randoms(use_true_random=False)


def encoded(text: bytes) -> str:
    return "".join(chr(byte) if byte in UNRESERVED else f"%{byte:02X}" for byte in text)


def canonical(query: dict[bytes, bytes]) -> str:
    return "&".join(f"{encoded(name)}={encoded(query[name])}" for name in sorted(query))


@dataclass(frozen=True)
class Signed:
    """A request as it goes over the wire, with the signature that is right for it."""

    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    def parsed(self) -> Request:
        return parse("POST", self.target, [(name.encode(), value.encode()) for name, value in self.headers], self.body)


def acs3(query: dict[bytes, bytes], target: str, key: Key) -> Signed:
    """Sign as ACS3-HMAC-SHA256 has it."""
    headers = {
        "host": "127.0.0.1:1",
        "x-acs-content-sha256": EMPTY_HASH,
        "x-acs-date": "2026-01-04T02:05:17Z",
        "x-acs-signature-nonce": "n-1",
    }
    if key.security_token:
        headers["x-acs-security-token"] = key.security_token
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    signed = ";".join(sorted(headers))
    request = f"POST\n/\n{canonical(query)}\n{lines}\n{signed}\n{EMPTY_HASH}"
    text = f"{ACS3}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.new(key.secret_key.encode(), text.encode(), hashlib.sha256).hexdigest()
    who = f"{ACS3} Credential={key.access_key},SignedHeaders={signed},Signature={signature}"
    return Signed(target, (*headers.items(), ("authorization", who)))


def version_1(query: dict[bytes, bytes], key: Key) -> Signed:
    """Sign as HMAC-SHA1 has it, everything in the query."""
    whole = {
        **query,
        b"AccessKeyId": key.access_key.encode(),
        b"SignatureMethod": VERSION_1.encode(),
        b"SignatureNonce": b"n-1",
        b"SignatureVersion": b"1.0",
        b"Timestamp": b"2026-01-04T02:05:17Z",
    }
    if key.security_token:
        whole[b"SecurityToken"] = key.security_token.encode()
    text = f"POST&%2F&{encoded(canonical(whole).encode())}"
    mac = hmac.new(f"{key.secret_key}&".encode(), text.encode(), hashlib.sha1)
    signature = encoded(base64.b64encode(mac.digest()))
    return Signed(f"/?{canonical(whole)}&Signature={signature}", (("host", "127.0.0.1:1"),))


def spelt(query: dict[bytes, bytes], draw: st.DataObject) -> str:
    """Write a query in one of the many ways in which clients do."""
    chance = draw.draw(spellings)

    def one(byte: int) -> str:
        ways = [f"%{byte:02X}", f"%{byte:02x}"]
        if byte in UNRESERVED or byte in b"/:@!$'()*,;?":
            ways += [chr(byte)] * 3
        if byte == ord(" "):
            ways.append("+")
        return chance.choice(ways)

    pairs = [f"{''.join(map(one, name))}={''.join(map(one, value))}" for name, value in query.items()]
    chance.shuffle(pairs)
    return chance.choice(["&", "&&"]).join(pairs)


def verdict(request: Signed, keys: list[Key]) -> str:
    """Return who sent a request, or the code with which it is refused; nothing secret may be told."""
    try:
        return Verifier(keys).verify(request.parsed(), [NOW]).key.access_key
    except Refused as error:
        refused = error
    assert not seen_in(f"{refused.code} {refused}")
    return refused.code


@fuzzed(queries, st.data())
def test_however_a_client_spells_a_query_its_canonical_form_is_one(
    query: dict[bytes, bytes], data: st.DataObject
) -> None:
    found = parse("POST", f"/?{spelt(query, data)}", [], b"").query

    assert canonical_query(found) == canonical(query)


@fuzzed(queries, st.data(), st.sampled_from([KEY, TEMPORARY]))
def test_the_right_signature_passes_however_the_query_is_spelt(
    query: dict[bytes, bytes], data: st.DataObject, key: Key
) -> None:
    keys = [KEY, TEMPORARY]

    assert verdict(acs3(query, f"/?{spelt(query, data)}", key), keys) == key.access_key
    assert verdict(version_1(query, key), keys) == key.access_key


@fuzzed(queries, queries, st.sampled_from([KEY, TEMPORARY]))
def test_a_signature_for_another_query_is_refused(
    signed: dict[bytes, bytes], sent: dict[bytes, bytes], key: Key
) -> None:
    if signed == sent:
        return

    request = acs3(signed, f"/?{canonical(sent)}", key)

    assert verdict(request, [key]) == "SignatureDoesNotMatch"


@fuzzed(queries, st.data(), st.sampled_from([KEY, TEMPORARY]))
def test_whoever_changes_a_character_of_a_signed_request_is_refused(
    query: dict[bytes, bytes], data: st.DataObject, key: Key
) -> None:
    request = acs3(query, f"/?{canonical(query)}", key)
    place = data.draw(st.integers(0, len(request.headers) - 1))
    name, value = request.headers[place]
    at, other = (
        data.draw(st.integers(0, len(value) - 1)),
        data.draw(st.characters(codec="ascii", categories=["L", "N"])),
    )
    changed = value[:at] + other + value[at + 1 :]
    headers = (*request.headers[:place], (name, changed), *request.headers[place + 1 :])

    if changed != value:
        assert verdict(replace(request, headers=headers), [key]) != key.access_key


@fuzzed(queries, st.sampled_from([KEY, TEMPORARY]), st.text(max_size=6))
def test_another_secret_is_refused_and_so_is_none(query: dict[bytes, bytes], key: Key, secret: str) -> None:
    stranger = replace(key, secret_key=secret)

    assert verdict(acs3(query, f"/?{canonical(query)}", stranger), [key]) == "SignatureDoesNotMatch"
    assert verdict(version_1(query, stranger), [key]) == "SignatureDoesNotMatch"


known = st.sampled_from([KEY, TEMPORARY])
texts = st.dictionaries(st.text("abXYZ019-_.~", min_size=1, max_size=4), st.text(max_size=6), max_size=4)


@fuzzed(texts, known, st.uuids().map(str))
def test_whatever_the_provider_signs_is_accepted(query: dict[str, str], key: Key, nonce: str) -> None:
    """Two that share no code agree: the official signer, as the provider uses it, and the emulator."""
    ours = provider_keys.Key(key.access_key, key.secret_key, key.security_token, source="a test")
    host, moment = "127.0.0.1:1", NOW.timestamp()

    signed = sign("GetWorkflowTask", query, host=host, key=ours, agent="a-test/1", moment=moment, nonce=nonce)

    headers = tuple((name.lower(), value) for name, value in signed.headers.items())
    assert verdict(Signed(f"/?{signed.query}", headers), [KEY, TEMPORARY]) == key.access_key


garbage = st.text(max_size=12) | st.sampled_from(["", "tester", TOKEN, "2026-01-04T02:05:17Z", "0000-00-00T00:00:00Z"])
SIGNED = ("x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256", "x-acs-security-token")
header_names = st.sampled_from(["authorization", "host", *SIGNED, "content-type", "X-Acs-Date", "x-acs-", ""])
parts = st.sampled_from(
    ["Credential=tester", "SignedHeaders=host", "SignedHeaders=", "SignedHeaders=host;;x", "Signature=0"]
)
credentials = st.lists(parts | garbage, max_size=4).map(lambda given: f"{ACS3} {','.join(given)}")
parameters = st.sampled_from(
    ["AccessKeyId", "Signature", "SignatureMethod", "SignatureVersion", "SignatureNonce", "Timestamp", "SecurityToken"]
)
pairs = st.tuples(parameters | garbage, st.sampled_from([VERSION_1, "1.0"]) | garbage).map("=".join)
forms = st.lists(pairs, max_size=9).map("&".join)


@fuzzed(forms, st.lists(st.tuples(header_names, credentials | garbage), max_size=8), st.binary(max_size=8) | forms)
def test_garbage_is_refused_with_a_code_and_by_nothing_else(
    query: str, headers: list[tuple[str, str]], body: bytes | str
) -> None:
    raw = body if isinstance(body, bytes) else body.encode()
    form = ("content-type", "application/x-www-form-urlencoded")

    assert verdict(Signed(f"/?{query}", tuple(headers), raw), [KEY, TEMPORARY]) not in {"tester", "STS.tester"}
    assert verdict(Signed("/", (form, *headers), raw), [KEY, TEMPORARY]) not in {"tester", "STS.tester"}
