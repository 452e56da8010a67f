"""The credential service hands out short-lived keys that rotate."""

from __future__ import annotations

import calendar
import time
from typing import TYPE_CHECKING, Any

import pytest

from jupyter_dsw.emulator import Emulator

if TYPE_CHECKING:
    from collections.abc import Iterator

LIFETIME_S = 1000


@pytest.fixture
def emulator(clock: Any) -> Iterator[Emulator]:
    with Emulator(clock=clock, credential_lifetime_s=LIFETIME_S) as running:
        yield running


def test_it_responds_as_in_a_dsw_instance(emulator: Emulator, get: Any, clock: Any) -> None:
    reply = get(emulator.credentials_uri)
    assert reply.status == 200
    assert list(reply.json) == [
        "Code",
        "AccessKeyId",
        "AccessKeySecret",
        "SecurityToken",
        "Expiration",
    ]
    assert reply.code == "Success"
    assert reply.json["AccessKeyId"].startswith("STS.")
    expiration = calendar.timegm(time.strptime(reply.json["Expiration"], "%Y-%m-%dT%H:%M:%SZ"))
    assert expiration == clock.now + LIFETIME_S
    assert reply.headers["X-Jupyter-DSW-Emulator"] == "1"


def test_asking_is_not_a_call_of_get_instance(emulator: Emulator, get: Any) -> None:
    get(emulator.credentials_uri)
    assert emulator.calls == 0


def test_the_key_stays_for_half_of_its_life(emulator: Emulator, get: Any, clock: Any) -> None:
    first = get(emulator.credentials_uri).json
    clock.now += LIFETIME_S / 2 - 1
    assert get(emulator.credentials_uri).json == first
    clock.now += 1
    second = get(emulator.credentials_uri).json
    assert not set(first.values()) & set(second.values()) - {"Success"}


def test_an_old_key_is_good_until_it_expires(
    emulator: Emulator, get: Any, call: Any, clock: Any
) -> None:
    old = get(emulator.credentials_uri).json
    clock.now += LIFETIME_S - 1
    new = get(emulator.credentials_uri).json
    assert call(emulator, key=old, now=clock.now).status == 200
    clock.now += 1
    reply = call(emulator, key=old, now=clock.now)
    assert (reply.status, reply.code) == (400, "InvalidSecurityToken.Expired")
    assert call(emulator, key=new, now=clock.now).status == 200


def test_everything_handed_out_counts_as_a_secret(emulator: Emulator, get: Any, clock: Any) -> None:
    handed_out = []
    for _ in range(3):
        key = get(emulator.credentials_uri).json
        handed_out += [key["AccessKeyId"], key["AccessKeySecret"], key["SecurityToken"]]
        clock.now += LIFETIME_S
    assert len(set(handed_out)) == 9
    assert set(handed_out) <= set(emulator.secrets)


def test_the_long_lived_key_needs_no_token_and_never_expires(
    emulator: Emulator, call: Any, static_key: Any, clock: Any
) -> None:
    assert "ALIBABA_CLOUD_CREDENTIALS_URI" not in emulator.static_environment()
    key = static_key(emulator)
    assert set(key.values()) <= set(emulator.secrets)
    clock.now += 10 * 365 * 24 * 3600
    assert call(emulator, key=key, now=clock.now).status == 200
    with_token = call(emulator, key={**key, "SecurityToken": "any"}, now=clock.now)
    assert with_token.code == "InvalidSecurityToken.MismatchWithAccessKey"
