"""Responses as no endpoint should send them: made of the API page's example, by a seeded chance."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.model.responses import example

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

CANARY = "Canary0fTheFuzz0a1b2c3d4e5f"
"""Stands in the places of secrets, in responses and in what a gateway quotes."""

_EXAMPLE: dict[str, Any] = {name: json.dumps(value) for name, value in example().items()}
_ELEMENTS = sorted(_EXAMPLE)
# What renderers, redaction and conversion each have a rule of their own for.
_TEXTS = (
    "",
    "null",
    "true",
    "-1",
    "1e400",
    "0x10",
    "8Gi",
    "100GB",
    "2021-01-12T14:36:01Z",
    "{}",
    '{"a":[',
    "<script>alert(1)</script>",
    "javascript:alert(1)",
    "https://dsw.aliyun.com/a?b=c#d",
    "%s{0}$x",
    'https://evil.example/"><img src=x onerror=alert(1)>',
    "//aliyun.com\\@evil.example",
    "\x1b[31m\x07",
    "\u202e\u2066abc\u200b",
    "e" + "\u0301" * 50,
    "\ud800",
    "\U0001f468\u200d\U0001f469",
    "漢字" * 9,
    "\r\n\t\0\x7f\x85",
    "password=",
    "a:b@c",
    "-----BEGIN PRIVATE KEY-----",
    "[[[[",
    "&#x3c;b&#x3e;",
    "Running",
    "Stopped",
    "Failed",
    "Saving",
    "GPU",
    "-oak=",
    "Bearer ",
    "\ufeff",
    "x" * 500,
)
_SCALARS = (
    None, True, False, 0, -1, 1, 0.5, -0.0, 1e308, 2**31, 2**53, 2**63, -(2**63), 10**30, 1e-320,
)  # fmt: skip
_CODES = (
    "SignatureDoesNotMatch", "Throttling.User", "Forbidden.RAM", "InvalidAccessKeyId.NotFound",
    "InvalidSecurityToken.Expired", "ValidationError", "InternalError", "NoPermissionError", "null",
    "InvalidTimeStamp.Expired", "", "<b>", "Odd", 7, None, ["Code"],
)  # fmt: skip
_QUOTES = (
    "server StringToSign is [GET {0}]", "SecurityToken={0}", "the token is '{0}'", "{0}", "x{0}x",
    '{{"AccessKeySecret": "{0}"}}', "https://u:{0}@a.example/?t={0}",
)  # fmt: skip
_STATUSES = (400, 401, 403, 404, 429, 500, 502, 503, 599)


@dataclass(frozen=True)
class Odd:
    """One odd response over HTTP."""

    status: int
    headers: dict[str, str]
    body: bytes


def odd_response(chance: Random) -> Odd:
    """Make one; the same for the same state of `chance`."""
    make: Callable[[Random], Odd] = chance.choices(_KINDS, _WEIGHTS)[0]
    return make(chance)


def _instance(chance: Random) -> Odd:
    document = _mutated(chance)
    if chance.random() < 0.5:
        _plant(document, chance)
    return Odd(200, _headers(chance), _encoded(document, chance))


def _broken_bytes(chance: Random) -> Odd:
    body = bytearray(_encoded(_mutated(chance), chance))
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(body) + 1)
        body[at : at + chance.choice((0, 1, 3, 40))] = chance.randbytes(chance.choice((0, 1, 2)))
    return Odd(200, _headers(chance), bytes(body[: chance.choice((None, len(body) // 2))]))


def _noise(chance: Random) -> Odd:
    return Odd(chance.choice((200, 500)), {}, chance.randbytes(chance.randint(0, 300)))


def _error(chance: Random) -> Odd:
    body = {
        "Code": chance.choice(_CODES),
        "Message": chance.choice(_TEXTS) + chance.choice(_QUOTES).format(CANARY),
        "RequestId": chance.choice(("1A2B-3C", CANARY, "", 5, None, "<b>")),
        "Success": chance.choice((False, None, "false", True, 0)),
        "HttpStatusCode": chance.choice((400, 404, 0, -1, "400", None)),
    }
    return Odd(chance.choice(_STATUSES), _headers(chance), _encoded(body, chance))


def _deep(chance: Random) -> Odd:
    opening, closing = chance.choice((("[", "]"), ('{"a":', "}"), ('[{"InstanceId":', "}]")))
    depth = chance.choice((30, 200, 2000, 20_000))
    name = chance.choice(_ELEMENTS)
    bottom = chance.choice(("1", '"x"', "9" * 5000, "-0.1e99999", ""))
    body = f'{{"InstanceId": "dsw-1", "{name}": {opening * depth}{bottom}{closing * depth}}}'
    return Odd(200, {}, body.encode())


_KINDS = (_instance, _broken_bytes, _noise, _error, _deep)
_WEIGHTS = (70, 14, 4, 11, 1)


def _mutated(chance: Random) -> dict[str, Any]:
    """Some elements of the example, with odd values here and there."""
    names = chance.sample(_ELEMENTS, chance.randint(1, 5))
    document = {name: json.loads(_EXAMPLE[name]) for name in names}
    document["InstanceId"] = "dsw-1"
    for _ in range(chance.randint(1, 4)):
        _mutate(document, chance)
    return document


def _mutate(document: dict[str, Any], chance: Random) -> None:
    place: Any = document
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            return
        key = chance.choice(keys)
        if isinstance(place[key], (dict, list)) and chance.random() < 0.7:
            place = place[key]
            continue
        break
    kind = chance.random()
    if kind < 0.1:
        del place[key]
    elif kind < 0.2 and isinstance(place, dict):
        place[chance.choice(_TEXTS)] = place.pop(key)
    elif kind < 0.25:
        place[key] = [place[key]] * chance.choice((0, 2, 40))
    else:
        place[key] = _junk(chance, 0)


def _junk(chance: Random, depth: int) -> Any:
    kind = chance.random()
    if kind < 0.45 or depth > 3:
        return chance.choice(_TEXTS)
    if kind < 0.7:
        return chance.choice(_SCALARS)
    if kind < 0.8:
        letters = (chr(chance.randrange(chance.choice((128, 0x500, 0x11000)))) for _ in range(20))
        return "".join(letters)
    if kind < 0.9:
        return [_junk(chance, depth + 1) for _ in range(chance.randint(0, 4))]
    return {chance.choice(_TEXTS): _junk(chance, depth + 1) for _ in range(chance.randint(0, 4))}


def _plant(document: dict[str, Any], chance: Random) -> None:
    """Put the canary where a secret stands; what is there otherwise goes."""
    before = chance.choice(_TEXTS)
    options = json.dumps({before: 1, "fs.oss.accessKeySecret": CANARY, "b": before})
    document.update(
        chance.choice(
            (
                {"ServiceConfig": {"JupyterServerPassword": CANARY, before: 1}},
                {"EnvironmentVariables": {before: CANARY, "B": [CANARY], "C": {"d": CANARY}}},
                {"Datasets": [chance.choice(_SCALARS), {"Options": options, "Uri": before}]},
                {"Datasets": [{"Options": f"{options}{before}]"}]},
                {"InstanceUrl": f"https://dsw.data.aliyun.com/x?token={CANARY}#/{before}"},
                {"WebIDEUrl": f"https://user:{CANARY}@dsw-gateway.aliyun.com/ide/"},
                {
                    "Labels": [
                        {"Key": "password", "Value": CANARY},
                        {"Key": before, "Value": before},
                    ]
                },
                {"ReasonMessage": f'docker login --password {CANARY} failed "{before}"'},
                {"MigrationOptions": {before: [{"credentials": {before: CANARY}}]}},
                {"ImageAuth": CANARY},
                {
                    "CredentialConfig": {
                        "Configs": [{"Roles": [{"UserInfo": {"SecurityToken": CANARY}}]}]
                    }
                },
            )
        )
    )


def _encoded(document: dict[str, Any], chance: Random) -> bytes:
    if chance.random() < 0.5:
        return json.dumps(document).encode()  # a lone surrogate as an escape
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _headers(chance: Random) -> dict[str, str]:
    dates = ("Mon, 23 Nov 2026 21:00:00 GMT", "Mon, 99 Nov 99999 21:00:00", "", "\x00", "0")
    return {"Date": chance.choice(dates), "Retry-After": chance.choice(("", "-1", "9" * 30, "5"))}
