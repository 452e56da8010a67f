"""How an error response becomes an error that a person can act on."""

from __future__ import annotations

import json
from email.utils import formatdate
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_dsw.upstream import errors
from jupyter_dsw.upstream.errors import DSWError
from jupyter_dsw.upstream.response import (
    MAX_MESSAGE,
    Received,
    clean_identifier,
    clean_message,
    read_response,
    response_date,
    retry_after_ms,
)
from jupyter_dsw.upstream.transport import HTTPResponse

NOW = 1_800_000_000.0
CANARY = "canaryOfASecret"


def refused(status: int, code: str, message: str = "", **more: Any) -> DSWError:
    headers = more.pop("headers", {})
    document = {"RequestId": "R-1", "HostId": "h", "Code": code, "Message": message, **more}
    response = HTTPResponse(status, headers, json.dumps(document).encode())
    with pytest.raises(DSWError) as caught:
        read_response(Received(response, NOW, 0.0, (CANARY,)), "dsw-1")
    return caught.value


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (400, "Throttling", errors.Throttled),
        (400, "Throttling.User", errors.Throttled),
        (429, "Throttling.Api", errors.Throttled),
        (429, "SomethingNew", errors.Throttled),
        (404, "InvalidAccessKeyId.NotFound", errors.Denied),
        (403, "InvalidAccessKeyId.Inactive", errors.Denied),
        (400, "SignatureDoesNotMatch", errors.BadSignature),
        (400, "IncompleteSignature", errors.BadSignature),
        (400, "SignatureNonceUsed", errors.BadSignature),
        (400, "InvalidTimeStamp.Expired", errors.ClockSkew),
        (400, "InvalidSecurityToken.Expired", errors.CredentialsExpired),
        (400, "InvalidSecurityToken.MismatchWithAccessKey", errors.Denied),
        (403, "Forbidden.RAM", errors.Denied),
        (403, "NoPermission", errors.Denied),
        (403, "NoPermissionError", errors.Denied),
        (403, "SomethingNew", errors.Denied),
        (503, "ServiceUnavailable", errors.UpstreamFailed),
        (500, "InternalError", errors.UpstreamFailed),
        (502, "SomethingNew", errors.UpstreamFailed),
        (400, "SomethingNew", errors.UpstreamFailed),
        (400, "ValidationError", errors.UpstreamFailed),
        (404, "ValidationError", errors.NotFound),
        (404, "InvalidInstance.NotFound", errors.NotFound),
        (404, "SomethingNew", errors.NotFound),
        (404, "InvalidAction.NotFound", errors.NotConfigured),
        # The code wins over a status that means something else.
        (500, "Throttling", errors.Throttled),
        (403, "Throttling.User", errors.Throttled),
        (200, "Forbidden.RAM", errors.Denied),
    ],
)
def test_the_code_decides_first_and_the_status_second(
    status: int, code: str, error: type[DSWError]
) -> None:
    raised = refused(status, code)
    assert type(raised) is error
    assert code in raised.message
    assert raised.advice
    assert raised.request_id == "R-1"


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"Success": False, "Code": "InternalError", "Message": "m"}, errors.UpstreamFailed),
        ({"Success": False}, errors.UpstreamFailed),
        ({"Success": "false", "InstanceId": "dsw-1"}, errors.UpstreamFailed),
        ({"Success": False, "Code": "ValidationError", "HttpStatusCode": 404}, errors.NotFound),
        ({"Success": False, "Code": "NoPermissionError"}, errors.Denied),
        ({"Success": False, "Code": "null", "Message": "null"}, errors.UpstreamFailed),
        ({"Code": "Throttling.User", "HostId": "h"}, errors.Throttled),
    ],
)
def test_a_failure_with_status_200_is_a_failure(
    body: dict[str, Any], error: type[DSWError]
) -> None:
    response = HTTPResponse(200, {}, json.dumps(body).encode())
    with pytest.raises(error):
        read_response(Received(response, NOW, 0.0), "dsw-1")


def test_denied_names_the_policy_or_the_workspace_role() -> None:
    workspace = refused(403, "NoPermissionError", "No permission for acs:paidsw:x:1:workspace/2")
    assert "role in the workspace" in workspace.advice
    policy = refused(403, "Forbidden.RAM", "User not authorized to operate on the resource.")
    assert "RAM policy" in policy.advice
    assert "workspace" not in policy.advice
    unknown = refused(403, "NoPermissionError", "no")
    assert "RAM policy" in unknown.advice
    assert "workspace" in unknown.advice
    for error in (workspace, policy, unknown, refused(404, "InvalidAccessKeyId.NotFound")):
        assert "paidsw:GetInstance" in error.advice


@pytest.mark.parametrize(
    "code",
    [
        "SignatureDoesNotMatch",
        "SignatureNonceUsed",
        "InvalidAccessKeyId.NotFound",
        "InvalidSecurityToken.Expired",
        "InvalidSecurityToken.Malformed",
        "InvalidTimeStamp.Expired",
    ],
)
def test_a_message_that_quotes_the_request_is_not_shown(code: str) -> None:
    assert "quoted" not in str(refused(400, code, "a quoted thing"))


@pytest.mark.parametrize(
    ("ahead_s", "words"), [(1234, "1234 s ahead of"), (-5678, "5678 s behind")]
)
def test_a_wrong_clock_is_found_by_the_date_of_the_response(ahead_s: int, words: str) -> None:
    headers = {"Date": formatdate(NOW - ahead_s, usegmt=True)}
    assert words in refused(400, "InvalidTimeStamp.Expired", headers=headers).message
    assert "InvalidTimeStamp" in refused(400, "InvalidTimeStamp.Expired").message


@pytest.mark.parametrize(
    ("headers", "wait_ms"),
    [
        ({}, None),
        ({"x-acs-retry-after": "1500"}, 1500),
        ({"x-acs-retry-after": "1500", "Retry-After": "9"}, 1500),
        ({"Retry-After": "9"}, 9000),
        ({"x-acs-retry-after": "99999999999"}, 3_600_000),
        ({"x-acs-retry-after": "9" * 400}, None),
        ({"x-acs-retry-after": "-5"}, None),
        ({"x-acs-retry-after": "0"}, None),
        ({"x-acs-retry-after": "٣"}, None),
        ({"Retry-After": formatdate(NOW + 30, usegmt=True)}, 30_000),
        (
            {
                "Retry-After": formatdate(NOW + 7230, usegmt=True),
                "Date": formatdate(NOW + 7200, usegmt=True),
            },
            30_000,
        ),
        ({"Retry-After": formatdate(NOW - 30, usegmt=True)}, None),
        ({"Retry-After": "soon"}, None),
    ],
)
def test_the_wait_is_in_milliseconds_and_within_bounds(
    headers: dict[str, str], wait_ms: int | None
) -> None:
    assert retry_after_ms(headers, NOW) == wait_ms
    for code in ("ServiceUnavailable", "Throttling"):
        assert refused(503, code, headers=headers).retry_after_ms == wait_ms


@pytest.mark.parametrize(
    "date", ["", "yesterday", "Mon, 99 Nov 2026 21:00:00 GMT", "1", "Mon, 23 Nov 99999 00:00:00"]
)
def test_a_date_that_cannot_be_read_is_none(date: str) -> None:
    assert response_date({"Date": date}) is None


def test_a_date_is_aware_and_in_utc() -> None:
    for date in ("Mon, 23 Nov 2026 21:00:00 GMT", "Mon, 23 Nov 2026 23:00:00 +0200"):
        parsed = response_date({"Date": date})
        assert parsed is not None
        assert parsed.isoformat() == "2026-11-23T21:00:00+00:00"


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("Specified SecurityToken is expired.", "Specified SecurityToken is expired."),
        ("null", ""),
        (None, ""),
        ({"a": "b"}, ""),
        ("two\r\nlines\x1b[31m\x00red", "two lines[31mred"),
        ("a\u202eb\u2066c\u200bd\ufeffe\u2028f", "abcde f"),
        ("see https://a.example/b?c=d#e now", "see https://a.example/b now"),
        ("see https://me:secret@a.example/b", "see https://a.example/b"),
        ("SecurityToken=abc, x", "SecurityToken=<redacted>"),
        ('{"AccessKeySecret": "a b c", "x": 1}', '{"AccessKeySecret": "<redacted>'),
        ("server StringToSign is [GET\nabc] end", "server StringToSign is [<redacted>"),
        ("the token is 'abc def' ok", "the token is '<redacted>"),
        ("password: hunter2 x", "password: <redacted>"),
        ("key LTAI5tAbCdEfGh is", "key <redacted> is"),
        ("token STS.NUabcdefgh", "token <redacted>"),
        ("run " + "aB3" * 20, "run <redacted>"),
        ("of 0A1B2C3D-1111-2222-3333-444455556666", "of 0A1B2C3D-1111-2222-3333-444455556666"),
        (f"it quotes {CANARY} here", "it quotes <redacted> here"),
        (f"it quotes {CANARY[:6]}\u200b{CANARY[6:]} here", "it quotes <redacted> here"),
    ],
)
def test_a_message_is_cleaned_before_it_is_shown(message: Any, shown: str) -> None:
    assert clean_message(message, (CANARY,)) == shown


@given(st.text(max_size=3000))
def test_no_message_is_long_or_has_invisible_characters(message: str) -> None:
    cleaned = clean_message(f"{message}{CANARY}{message}", (CANARY,))
    assert len(cleaned) <= MAX_MESSAGE
    assert cleaned.isprintable()
    assert CANARY not in cleaned


def test_a_huge_message_is_cleaned_in_little_time() -> None:
    for part in ("token", "a.", "://", "token='", "[", "is ", "LTAI", " "):
        assert len(clean_message(part * 1_000_000)) <= MAX_MESSAGE


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Forbidden.RAM", "Forbidden.RAM"),
        ("E7D55162-4489-1619-AAF5-3F97D5FC****", "E7D55162-4489-1619-AAF5-3F97D5FC****"),
        ("null", None),
        ("", None),
        (None, None),
        (7, None),
        ("two words", None),
        ("<b>", None),
        ("a\n", None),
        ("a" * 100, None),
        (f"x{CANARY}", None),
    ],
)
def test_a_code_and_a_request_id_are_identifiers_or_nothing(text: Any, shown: str | None) -> None:
    assert clean_identifier(text, (CANARY,)) == shown


def test_an_error_reads_as_one_line_with_its_advice_and_request_id() -> None:
    error = refused(503, "ServiceUnavailable", "Busy.")
    assert str(error) == f"{error.message} {error.advice} (Request ID: R-1)"
    assert error.code == "UpstreamFailed"
