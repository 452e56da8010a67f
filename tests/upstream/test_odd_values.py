"""Responses with single values that no good endpoint sends, and about other instances."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from jupyter_dsw.upstream import errors
from tests.upstream.conftest import INSTANCE
from tests.upstream.odd_server import always, http_response

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_dsw.model.instance import Instance
    from jupyter_dsw.upstream.client import Client
    from tests.upstream.odd_server import OddServer

DEEP = 100_000


@pytest.fixture
def read(
    odd: Callable[..., OddServer], client_of: Callable[..., Client]
) -> Callable[[bytes], Instance]:
    """Read a response of this instance that has one more element, given as it is on the wire."""

    def read(element: bytes) -> Instance:
        body = json.dumps(INSTANCE).encode()[:-1] + b", " + element + b"}"
        instance = client_of(odd(always(http_response(body)))).get_instance().instance
        # Whatever is shown of it can be sent on.
        json.dumps(instance.to_wire(), ensure_ascii=False).encode()
        "".join(instance.unreadable).encode()
        assert instance.status == "Running"
        return instance

    return read


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (rb'"demo \ud83d"', "demo \N{REPLACEMENT CHARACTER}"),
        (rb'"\udc00demo"', "\N{REPLACEMENT CHARACTER}demo"),
        (b'"demo \xff"', "demo \N{REPLACEMENT CHARACTER}"),
        (b'"\xed\xa0\xbdemo"', "\N{REPLACEMENT CHARACTER}" * 3 + "emo"),
    ],
    ids=["half a pair", "the other half", "no UTF-8", "a surrogate in UTF-8"],
)
def test_what_is_no_character_costs_itself_and_is_listed(
    read: Callable[[bytes], Instance], value: bytes, shown: str
) -> None:
    instance = read(b'"InstanceName": ' + value)
    assert instance.instance_name == shown
    assert instance.unreadable == ("InstanceName",)


@pytest.mark.parametrize(
    "value",
    [
        b"9" * 5000,
        b"-" + b"9" * 5000,
        b"9" * 400,
        b"9" * 30,
        b"1e999",
        b"-1e999",
        b"NaN",
        b"Infinity",
        b"-Infinity",
        b"0." + b"1" * 5000 + b"e999",
    ],
    ids=lambda value: value[:8].decode(),
)
def test_a_number_beyond_all_bounds_costs_itself(
    read: Callable[[bytes], Instance], value: bytes
) -> None:
    instance = read(b'"Priority": ' + value)
    assert instance.priority is None
    assert instance.unreadable == ("Priority",)
    # In an element of text, too.
    assert read(b'"InstanceName": ' + value).unreadable == ("InstanceName",)


@pytest.mark.parametrize(
    "value", [b"9" * 5000, b"9" * 400, b"1e999", b"NaN"], ids=["5000", "400", "1e999", "NaN"]
)
def test_deeper_in_an_element_it_costs_itself_too(
    read: Callable[[bytes], Instance], value: bytes
) -> None:
    instance = read(
        b'"IdleInstanceCuller": {"IdleTimeInMinutes": 5, "MaxIdleTimeInMinutes": %b}' % value
    )
    assert instance.idle_instance_culler is not None
    assert instance.idle_instance_culler.idle_time_in_minutes == 5
    assert instance.idle_instance_culler.max_idle_time_in_minutes is None
    assert instance.unreadable == ("IdleInstanceCuller.MaxIdleTimeInMinutes",)
    instance = read(b'"MigrationOptions": {"good": 1, "bad": %b}' % value)
    assert instance.migration_options["good"] == 1
    assert instance.unreadable == ("MigrationOptions.bad",)


@pytest.mark.parametrize(
    "value",
    [
        b"[" * DEEP + b"]" * DEEP,
        b'{"a":' * DEEP + b"1" + b"}" * DEEP,
        b'[{"]":' * DEEP + b"1" + b"}]" * DEEP,
    ],
    ids=["lists", "objects", "both"],
)
def test_nesting_without_an_end_is_a_bad_response(
    read: Callable[[bytes], Instance], value: bytes
) -> None:
    for element in (b"MigrationOptions", b"NoSuchElement"):
        with pytest.raises(errors.BadResponse):
            read(b'"%b": %b' % (element, value))


@pytest.mark.parametrize("value", [rb'"a\u0000b"', b'"a\x00b"', b'"a\nb"', b'"a\x1bb"'])
def test_control_characters_cost_nothing(read: Callable[[bytes], Instance], value: bytes) -> None:
    instance = read(b'"InstanceName": ' + value)
    assert (instance.instance_name or "").startswith("a")
    assert (instance.instance_name or "").endswith("b")


def test_of_a_name_that_is_there_twice_the_last_value_counts(
    read: Callable[[bytes], Instance],
) -> None:
    assert read(b'"Priority": 1, "Priority": 2').priority == 2
    # Also where another value has it read by the other decoder.
    instance = read(b'"Priority": 1, "Priority": 2, "HttpStatusCode": NaN')
    assert instance.priority == 2


@pytest.mark.parametrize(
    ("status", "element"),
    [("500 Internal Server Error", rb'"Message": "no \ud83d"'), ("403 Forbidden", b'"Hint": NaN')],
)
def test_an_error_response_with_an_odd_value_is_still_that_error(
    odd: Callable[..., OddServer], client_of: Callable[..., Client], status: str, element: bytes
) -> None:
    body = b'{"Code": "InternalError", "RequestId": "R-1", ' + element + b"}"
    with pytest.raises(errors.UpstreamFailed, match="InternalError") as caught:
        client_of(odd(always(http_response(body, status=status)))).get_instance()
    assert caught.value.request_id == "R-1"
    caught.value.message.encode()


def test_json_that_is_broken_is_not_blamed_on_a_proxy_alone(
    odd: Callable[..., OddServer], client_of: Callable[..., Client]
) -> None:
    server = odd(always(http_response(b'{"InstanceId": "dsw-0123abcd", }')))
    with pytest.raises(errors.BadResponse, match="JSON that is not valid") as caught:
        client_of(server).get_instance()
    assert "retries automatically" in caught.value.advice


@pytest.mark.parametrize("instance_id", ["dsw-0123abcd", "DSW-0123ABCD"])
def test_a_response_about_the_instance_requested_is_read(
    odd: Callable[..., OddServer], client_of: Callable[..., Client], instance_id: str
) -> None:
    server = odd(always(http_response({**INSTANCE, "InstanceId": instance_id})))
    assert client_of(server).get_instance().instance.status == "Running"


@pytest.mark.parametrize(
    "instance_id",
    [
        "dsw-0123abce",
        "dsw-0123abcd1",
        "0123abcd",
        "dsw-730xxxxxxxxxx",
        "dsw-0123abc\N{CYRILLIC SMALL LETTER DE}",
    ],
)
def test_a_response_about_another_instance_is_a_bad_response(
    odd: Callable[..., OddServer], client_of: Callable[..., Client], instance_id: str
) -> None:
    server = odd(always(http_response({**INSTANCE, "InstanceId": instance_id})))
    with pytest.raises(errors.BadResponse, match="another instance"):
        client_of(server).get_instance()


@pytest.mark.parametrize("instance_id", ["", None, 7, True, [], ["dsw-0123abcd"], {}])
def test_a_response_about_no_instance_is_a_bad_response(
    odd: Callable[..., OddServer], client_of: Callable[..., Client], instance_id: object
) -> None:
    server = odd(always(http_response({**INSTANCE, "InstanceId": instance_id})))
    with pytest.raises(errors.BadResponse, match="no instance") as caught:
        client_of(server).get_instance()
    assert "fields" in caught.value.advice


def test_success_without_an_instance_is_a_bad_response(
    odd: Callable[..., OddServer], client_of: Callable[..., Client]
) -> None:
    server = odd(always(http_response({"Success": True, "Status": "Running"})))
    with pytest.raises(errors.BadResponse, match="no instance"):
        client_of(server).get_instance()
