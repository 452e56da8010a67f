"""Reading a response takes work in proportion to its size, and not much, whatever is in it.

Measured in processor time of this process, the best of several rounds: other programs on the
machine do not count.
"""

from __future__ import annotations

import gc
import json
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from jupyter_dsw.model import kinds, secrets_in_text
from jupyter_dsw.model.decoding import MAX_NAMES
from jupyter_dsw.model.instance import decode_instance, parse_instance
from jupyter_dsw.model.parsing import child_path
from jupyter_dsw.upstream.response import clean_message
from tests.model.responses import ELEMENTS, example, put
from tests.model.secrets_of_services import ALWAYS, BY_ITS_LOOKS, DIALECTS

if TYPE_CHECKING:
    from collections.abc import Callable

# Of a quadratic function, 4 times the text takes 16 times as long.
MOST_GROWTH = 7
ROUNDS = 5
FOUR_MIB = 4 * 2**20

# What patterns of this kind of work have stumbled over, here and elsewhere: each is repeated.
REPEATED = (
    *("token   is   ", "password", "password:", "password= ", "password: the ", "a=", "key "),
    *("id ", "https://", "a://", "://", "a@b:", "@", "::", "/", "\\", ".", "-", "_", "=", " "),
    *("\n", "<token>", "<", "token|", "token [", "token: [", 'token: "', "token null ", '"', "["),
    *("-----BEGIN ", "-----", "-oak=", "-o", ",", "LTAI", "eyJaaaaa", "sk-", "sha256:", "aB3"),
    *("密码", "密码是", "是", "é", "\u0130", "ﷺ", "A", "a", "1", "x ", "x1", "task ", "u:p@h/"),
)  # fmt: skip
# Two long runs of one character each, with something before, between and behind them.
RUNS = (
    ("token", " ", "is", " ", ""), ("password", " ", ":", " ", "x"), ("key:", "\n", "", " ", ""),
    ("", "a", "=", "a", ""), ("https://", "a", "@", "b", "/"), ("https://", "a", ":", "1", "/"),
    ("user:", "p", "@", "h", ""), ("", "-", "BEGIN", "-", ""), ("token [", "a", "]", "b", ""),
    ("<token>", "a", "</", "b", ""), ("Bearer", " ", "x", " ", ""), ("eyJ", "a", ".", "b", "."),
    ("user=", "u", "%", "p", ""), ("sk-", "-", "", "_", ""), ("", "A", "", "a", ""),
    ('"', "\\", '"', "'", ""), ("oss://", "/", "?", "&", "#"), ("", " ", "password", " ", ""),
    ("ssh-rsa AAAA", "a", "\n", "b", ""),
)  # fmt: skip


def _repeated(unit: str, size: int) -> str:
    return (unit * size)[:size]


def _runs(parts: tuple[str, str, str, str, str], size: int) -> str:
    before, first, between, second, behind = parts
    return before + first * (size // 2) + between + second * (size // 2) + behind


HOSTILE: tuple[Callable[[int], str], ...] = (
    *(partial(_repeated, unit) for unit in REPEATED),
    *(partial(_runs, parts) for parts in RUNS),
)


def processor_time(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    times = []
    gc.disable()
    try:
        for _ in range(rounds):
            before = time.process_time()
            work()
            times.append(time.process_time() - before)
    finally:
        gc.enable()
    return min(times)


def growth(
    work: Callable[[str], object], hostile: Callable[[int], str], size: int, rounds: int = ROUNDS
) -> float:
    """How many times as long four times the text takes; the best of three tries."""
    short, long = hostile(size), hostile(4 * size)
    work(short)
    ratios = []
    for _ in range(3):
        # Below 0.2 ms the clock and the call itself are what is measured.
        base = max(processor_time(lambda: work(short), rounds), 0.0002)
        ratios.append(processor_time(lambda: work(long), rounds) / base)
        if ratios[-1] <= MOST_GROWTH:
            break
    return min(ratios)


FUNCTIONS: dict[str, Callable[[str], object]] = {
    "message": kinds.without_secrets,
    "message of a gateway": clean_message,
    "path": kinds.path,
    "address": kinds.address,
    "registry": lambda text: kinds.address(f"registry.cn/{text}"),
    "identifier": kinds.identifier,
    "enumeration": kinds.enumeration,
    "quantity": kinds.quantity,
    "hosts": kinds.hosts,
    "public key": kinds.public_key,
    "login": kinds.login,
    "free value": lambda text: kinds.free_value(text, "note"),
    "value of a credential": lambda text: kinds.free_value(text, "password"),
    "mount options": kinds.flags,
    "mount option": lambda text: kinds.option_value(text, "fs.jindo.args"),
    "name": secrets_in_text.names_credential,
    "name in a path": lambda text: child_path("MigrationOptions", text),
    "random": lambda text: secrets_in_text.looks_random(text, shortest=12),
}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_work_grows_no_faster_than_the_text(function: str) -> None:
    for hostile in HOSTILE:
        assert growth(FUNCTIONS[function], hostile, 4000) <= MOST_GROWTH, hostile(20)


PLACES = [
    *((where, str) for where, kind in ELEMENTS if kind == "string"),
    *ALWAYS,
    *BY_ITS_LOOKS,
    *(("ReasonMessage", dialect.format) for dialect in DIALECTS.values()),
]


def test_work_of_a_whole_response_grows_no_faster_than_a_text_in_it() -> None:
    for index, (where, made_of) in enumerate(PLACES):
        # At each place some of the texts; in all every text is at several places.
        for hostile in HOSTILE[index % 19 :: 19]:

            def parse(text: str, where: str = where, made_of: Any = made_of) -> None:
                parse_instance(put(example(), where, made_of(text)))

            assert growth(parse, hostile, 2000, rounds=2) <= MOST_GROWTH, (where, hostile(20))


@pytest.mark.parametrize(
    "body",
    {
        "lists": '{"Tags": [' + "[]," * (FOUR_MIB // 3 - 20) + "7]}",
        "objects": '{"Tags": [' + '{"a":1},' * (FOUR_MIB // 8 - 20) + "7]}",
        "numbers": '{"MigrationOptions": [' + "7," * (FOUR_MIB // 2 - 30) + "7]}",
        "names": '{"Labels": {' + ",".join(f'"{n}":1' for n in range(FOUR_MIB // 11)) + "}}",
        "elements": "{" + ",".join(f'"{n}":1' for n in range(FOUR_MIB // 11)) + "}",
        "one text": '{"ReasonMessage": "' + "token   is   " * (FOUR_MIB // 13 - 5) + '"}',
        "escapes": '{"ReasonMessage": "' + "\\u1234" * (FOUR_MIB // 6 - 10) + '"}',
        "texts": json.dumps(
            {
                "Labels": [{"Key": "k", "Value": "key " * 2000}] * 400,
                "Datasets": [{"Uri": "/" * 2000}] * 400,
            }
        ),
        "messages": json.dumps(
            {"InstanceSnapshotList": [{"ReasonMessage": "password: a " * 680}] * 500}
        ),
        "options": json.dumps(
            {"Datasets": [{"Options": json.dumps({"a": ["x1y2 "] * 990})}] * 400}
        ),
        "environment": json.dumps(
            {"EnvironmentVariables": {"sk-" * 1300 + str(n): "" for n in range(1000)}}
        ),
        "depth": '{"MigrationOptions": ' + "[" * 300_000 + "]" * 300_000 + "}",
    }.items(),
    ids=lambda body: body[0],
)
def test_a_response_of_4_mib_is_read_in_little_time(body: tuple[str, str]) -> None:
    encoded = body[1].encode()

    def read() -> None:
        try:
            read = parse_instance(decode_instance(encoded))
        except ValueError:
            return  # nested deeper than the decoder goes: a bad response
        assert len(read.unreadable) <= MAX_NAMES

    # 0.25 s were measured at most. The patterns that this replaced took minutes to hours.
    assert processor_time(read, rounds=2) < 2


def test_the_small_elements_of_a_large_response_are_read() -> None:
    large = [{"Value": "x" * 4000}] * 1000
    body = json.dumps({"Labels": large, **{k: v for k, v in example().items() if k != "Labels"}})
    read = parse_instance(decode_instance(body.encode()))
    assert read.unreadable == ("Labels",)
    assert read.labels == ()
    assert read.instance_shutdown_timer is not None


@pytest.mark.parametrize(
    ("json_text", "lost"),
    [
        ('{"InstanceId": "dsw-1", "InstanceName": "demo \\ud83d"}', ("InstanceName",)),
        ('{"InstanceId": "dsw-1", "Priority": ' + "1" * 5000 + "}", ("Priority",)),
        ('{"InstanceId": "dsw-1", "Priority": 1e999}', ("Priority",)),
        ('{"InstanceId": "dsw-1", "Priority": NaN}', ("Priority",)),
        ('{"InstanceId": "dsw-1", "MigrationOptions": {"a": NaN}}', ("MigrationOptions.a",)),
        ('{"InstanceId": "dsw-1", "InstanceName": "a\u0001b"}', ()),
    ],
)
def test_one_value_that_is_no_sound_json_costs_itself(
    json_text: str, lost: tuple[str, ...]
) -> None:
    read = parse_instance(decode_instance(json_text.encode()))
    assert read.instance_id == "dsw-1"
    assert read.unreadable == lost
    assert read.priority is None
