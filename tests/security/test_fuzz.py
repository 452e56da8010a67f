"""A hundred thousand odd responses: bytes to a reading, and the reading to text, HTML and JSON.

The cases are the same in each run. `FUZZ_SEED=7` makes others, and `FUZZ_CASE=1:4711` repeats the
one that a failure names.
"""

from __future__ import annotations

import json
import os
import random
import unicodedata
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_dsw.reading import Contract, Problem, Reading
from jupyter_dsw.render.html import to_html
from jupyter_dsw.render.text import to_text
from jupyter_dsw.render.view import view_model
from jupyter_dsw.upstream.errors import DSWError
from jupyter_dsw.upstream.response import InstanceResponse, Received, read_response
from jupyter_dsw.upstream.settings import Source
from jupyter_dsw.upstream.transport import HTTPResponse
from tests.security.allowed_html import text_of
from tests.security.mutations import CANARY, Odd, odd_response

if TYPE_CHECKING:
    from jupyter_dsw.i18n import Language

SEED = os.environ.get("FUZZ_SEED", "1")
CASES = 100_000
CHUNKS = 10
SECRETS = (CANARY,)
LANGUAGES: tuple[Language, ...] = ("en", "zh_CN")
NOW = 1_800_000_000.0
# Far more than any rendering of a sound response has, far less than would freeze a page.
LONGEST = 300_000


def read(odd: Odd) -> InstanceResponse | DSWError:
    """What becomes of a response on the way that every response takes."""
    try:
        response = HTTPResponse(odd.status, odd.headers, odd.body)
        return read_response(Received(response, NOW, 0.0, SECRETS), "dsw-1")
    except DSWError as error:
        return error


def reading_of(result: InstanceResponse | DSWError) -> Reading:
    source = Source(endpoint="127.0.0.1:1", region="cn-hangzhou", instance_id="dsw-1")
    if isinstance(result, DSWError):
        return Reading(source=source, next_read=10.0, error=Problem.of(result))
    return Reading(
        source=source, next_read=10.0, instance=result.instance, read_at=result.date, taken=1.0
    )


def shown(reading: Reading, form: str, width: int, language: Language = "en") -> str:
    """One of the forms in which a reading is shown, checked by that form's own rules."""
    if form == "json":
        encoded = reading.to_contract(5.0, language).encode()
        text = encoded.decode("utf-8")
        contract = json.loads(text, parse_constant=_no_number)
        Contract.from_builtins(contract).to_reading(5.0)
        return json.dumps(contract, ensure_ascii=False)
    model = view_model(reading, ["all"], now=1.005, language=language, origin="127.0.0.1:1")
    if form == "html":
        return text_of(to_html(model))
    text = to_text(model, width=width)
    for character in set(text) - {"\n"}:
        assert unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}, character
    return text


def _no_number(constant: str) -> Any:
    raise AssertionError(constant)


def check(name: str) -> str:
    """One case: nothing raised, nothing leaked, nothing endless; returns what became of it."""
    chance = random.Random(name)
    odd = odd_response(chance)
    result = read(odd)
    reading = reading_of(result)
    form = chance.choice(("text", "html", "json"))
    shown_text = shown(reading, form, chance.choice((20, 80, 300)), chance.choice(LANGUAGES))
    assert CANARY not in shown_text, f"a secret in {form}"
    assert len(shown_text) < LONGEST, f"{form} without end"
    if isinstance(result, DSWError):
        assert result.advice
        assert CANARY not in f"{result}{result!r}{vars(result)}"
        assert result.__context__ is None or CANARY not in repr(result.__context__)
        return type(result).__name__
    return form


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_no_odd_response_raises_leaks_or_goes_on_without_end(chunk: int) -> None:
    seen: dict[str, int] = {}
    done = 0
    for index in range(chunk, CASES, CHUNKS):
        name = os.environ.get("FUZZ_CASE") or f"{SEED}:{index}"
        try:
            outcome = check(name)
        except Exception as error:  # noqa: BLE001 - whatever it is, its case is shown
            pytest.fail(f"FUZZ_CASE={name} repeats it: {type(error).__name__}: {error}")
        seen[outcome] = seen.get(outcome, 0) + 1
        done += 1
    assert done == CASES // CHUNKS
    # All of it was reached: each form of an instance, and errors of many kinds.
    assert min(seen[form] for form in ("text", "html", "json")) > 1000
    assert len(seen) > 10


NAMES = [
    "Code", "Message", "Success", "RequestId", "HttpStatusCode", "InstanceName", "Datasets",
    "Labels", "Tags", "InstanceUrl", "CloudDisks", "IdleInstanceCuller", "InstanceShutdownTimer",
    "UserVpc", "MigrationOptions", "EnvironmentVariables", "LatestSnapshot", "NodeErrorRecovery",
    "ImageAuth",
]  # fmt: skip
STATUSES = st.sampled_from([200, 302, 400, 403, 404, 429, 500])


@settings(max_examples=150, deadline=None, derandomize=True)
@given(body=st.binary(max_size=200), status=STATUSES)
def test_no_bytes_at_all_are_more_than_a_bad_response(body: bytes, status: int) -> None:
    result = read(Odd(status, {}, body))
    for form in ("text", "html", "json"):
        shown(reading_of(result), form, 80)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(chance=st.randoms(use_true_random=False), value=JSON, status=STATUSES)
def test_the_same_is_true_for_what_hypothesis_makes_up(
    chance: random.Random, value: Any, status: int
) -> None:
    """Shrinks to the smallest response that does harm."""
    body = json.dumps({"InstanceId": "dsw-1", chance.choice(NAMES): value}).encode()
    result = read(Odd(status, {"Date": chance.choice(["", "0", "x"])}, body))
    for form in ("text", "html", "json"):
        shown(reading_of(result), form, 80)
