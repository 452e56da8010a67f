"""A response has to be about the instance that was requested."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jupyter_dsw.upstream import errors
from tests.upstream.conftest import INSTANCE
from tests.upstream.odd_server import always, http_response

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_dsw.upstream.client import Client
    from tests.upstream.odd_server import OddServer


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
