"""Under JupyterHub everybody sees their own instance, and nobody another's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from jupyter_dsw.kernel_endpoint import KERNEL_TOKEN_HEADER
from tests.hub.hub import BASE, BROWSER_ENDPOINT, KERNEL_ENDPOINT, Person, stranger
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_dsw.emulator import Emulator
    from tests.hub.hub import Hub
    from tests.kernels import Kernel

READ = "import jupyter_dsw; r = jupyter_dsw.read(); print(r.instance.instance_name, r.read_at)"


@pytest.fixture(scope="module")
def kernels(first: Person, second: Person) -> Iterator[dict[str, Kernel]]:
    """A kernel of each, started through the hub's proxy."""
    started = {person.name: person.start_kernel() for person in (first, second)}
    yield started
    for kernel in started.values():
        kernel.client.stop_channels()


def seen(person: Person) -> Any:
    """The reading that a page of the person's gets."""
    response = person.get(person.url + BROWSER_ENDPOINT)
    assert response.status_code == 200, response.text
    return response.json()


def state_of_kernel(person: Person) -> tuple[str, str]:
    """When the person's kernel was last active, and its state, as their server knows them."""
    (kernel,) = person.get(f"{person.url}api/kernels?no_track_activity=1").json()
    return kernel["last_activity"], kernel["execution_state"]


def test_each_sees_their_own_instance(
    first: Person, second: Person, emulators: dict[str, Emulator]
) -> None:
    for person in (first, second):
        reading = seen(person)
        assert reading["instance"]["InstanceId"] == emulators[person.name].instance_id
        assert reading["instance"]["InstanceName"] == f"the {person.name} instance"


def test_each_ones_kernels_read_the_same_by_their_own_server(
    first: Person,
    second: Person,
    kernels: dict[str, Kernel],
    emulators: dict[str, Emulator],
) -> None:
    for person in (first, second):
        seen(person)
        calls = emulators[person.name].calls
        assert f"the {person.name} instance" in kernels[person.name].text(READ)
        # The server sent what it had cached: the kernel made no call of its own.
        assert emulators[person.name].calls == calls


def test_the_kernel_endpoint_is_below_the_users_own_base_url(first: Person) -> None:
    assert first.connection["url"].endswith(f"{BASE}user/first/{KERNEL_ENDPOINT}")
    assert first.connection["url"].startswith("http://127.0.0.1:")
    assert not first.connection["url"].startswith(first.hub.url)
    for elsewhere in ("", "hub/"):
        response = first.get(f"{first.hub.url}{elsewhere}{BROWSER_ENDPOINT}")
        assert response.status_code == 404 or "instance" not in response.text


def test_who_has_not_signed_in_is_refused(first: Person) -> None:
    with stranger() as session:
        response = session.get(first.url + BROWSER_ENDPOINT, timeout=60)
    assert response.status_code == 403
    assert response.json() == {"message": "Forbidden."}
    assert response.history == []


def test_the_others_cookies_are_refused(first: Person, second: Person) -> None:
    for person, other in ((first, second), (second, first)):
        # All of a browser in which the other is signed in.
        response = person.get(other.url + BROWSER_ENDPOINT)
        assert (response.status_code, response.json()) == (403, {"message": "Forbidden."})
        # And the person's own, under the name that the other's server looks for.
        (own,) = (c for c in person.session.cookies if c.name == f"jupyterhub-user-{person.name}")
        with stranger() as session:
            for at, status in ((person, 200), (other, 403)):
                cookie = f"jupyterhub-user-{at.name}={own.value}"
                response = session.get(
                    at.url + BROWSER_ENDPOINT, headers={"Cookie": cookie}, timeout=60
                )
                assert response.status_code == status, response.text


def test_the_others_tokens_of_the_hub_are_refused(
    first: Person, second: Person, kernels: dict[str, Kernel]
) -> None:
    of_the_hub = first.ask_hub("POST", "users/first/tokens")["token"]
    of_the_kernel = kernels["first"].text("import os; print(os.environ['JUPYTERHUB_API_TOKEN'])")
    for token in (of_the_hub, of_the_kernel.strip()):
        with stranger() as session:
            session.headers["Authorization"] = f"token {token}"
            assert session.get(first.url + BROWSER_ENDPOINT, timeout=60).status_code == 200
            assert session.get(second.url + BROWSER_ENDPOINT, timeout=60).status_code == 403


def test_the_others_kernels_token_is_refused(first: Person, second: Person) -> None:
    for person, other in ((first, second), (second, first)):
        headers = {KERNEL_TOKEN_HEADER: person.connection["token"]}
        by_the_hub = f"user/{{}}/{KERNEL_ENDPOINT}"
        with stranger() as session:
            session.headers.update(headers)
            for url, status in (
                (person.connection["url"], 200),
                (person.hub.url + by_the_hub.format(person.name), 200),
                (other.connection["url"], 403),
                (other.hub.url + by_the_hub.format(other.name), 403),
                (person.url + BROWSER_ENDPOINT, 403),
                (other.url + BROWSER_ENDPOINT, 403),
            ):
                assert session.get(url, timeout=60).status_code == status, url


def test_asking_is_no_activity_of_the_users_server(
    first: Person, kernels: dict[str, Kernel]
) -> None:
    # Jupyter's own culling of idle kernels and servers goes by it.
    status = f"{first.url}api/status"
    begun = state_of_kernel(first)
    kernels["first"].text("1")
    # The server hears of it when the client does, or a little later.
    until(lambda: begun != state_of_kernel(first) and state_of_kernel(first)[1] == "idle")
    before = first.get(status).json()["last_activity"]
    for _ in range(3):
        seen(first)
    assert first.get(status).json()["last_activity"] == before


def test_a_server_that_the_hub_stops_leaves_no_connection_file(hub: Hub) -> None:
    # Of the first one's instance too: nothing shows that a hub has an instance a user.
    leaving = Person.sign_in(hub, "leaving")
    assert seen(leaving)["instance"]["InstanceName"] == "the first instance"
    assert leaving.connection["token"]
    leaving.ask_hub("DELETE", "users/leaving/server")
    until(lambda: not leaving.connection_files())
