"""Whatever is in a request, the server reads the one instance, at the one endpoint, as itself."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_dsw.kernel_endpoint import KERNEL_TOKEN_HEADER

if TYPE_CHECKING:
    from jupyter_dsw.emulator import Emulator
    from jupyter_dsw.monitor import Monitor

OTHERS = st.sampled_from(
    [
        "evil.example",
        "https://evil.example",
        "dsw-other",
        "cn-beijing",
        "public",
        "../../v2/x",
        "POST",
        "127.0.0.1:1",
        "LTAIother",
        "ListInstances",
        "0",
        "null",
        "%2e%2e/",
        "a\tb",
        "é",
    ]
)
VALUES = OTHERS | st.text(
    st.characters(min_codepoint=32, max_codepoint=255, exclude_categories=["Cc"]), max_size=20
)
PARAMETERS = st.sampled_from(
    [
        "instance_id",
        "InstanceId",
        "instance",
        "id",
        "region",
        "RegionId",
        "endpoint",
        "network",
        "url",
        "host",
        "path",
        "Fields",
        "Token",
        "AccessKeyId",
        "SecurityToken",
        "Action",
        "_method",
        "x",
    ]
)
HEADERS = st.sampled_from(
    [
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
        "X-Forwarded-Prefix",
        "Forwarded",
        "X-Real-IP",
        "X-Scheme",
        "X-Original-URL",
        "X-Rewrite-URL",
        "X-HTTP-Method-Override",
        "X-Method-Override",
        "X-Acs-Action",
        "X-Acs-Security-Token",
        "X-Acs-Date",
        "Via",
        "Proxy",
        "X-JupyterHub-User",
        "Cookie",
        "Referer",
        "Accept",
        "Accept-Language",
        "User-Agent",
        "Range",
        "If-None-Match",
        "X-Jupyter-DSW-Emulator",
        "X-Dsw-Instance-Id",
        "Content-Type",
        "Host",
    ]
)
BODIES = st.binary(max_size=40) | st.sampled_from(
    [b"", b'{"instance_id": "dsw-other"}', b"InstanceId=dsw-other&endpoint=https://evil.example"]
)
KEY_ID = re.compile(r"Credential=([^,]+),")


class Overheard:
    """What arrives at the emulator."""

    def __init__(self, emulator: Emulator) -> None:
        endpoint: Any = emulator._endpoint
        real = endpoint.respond
        self.seen: set[tuple[str, ...]] = set()
        self.count = 0

        def respond(request: Any) -> Any:
            if not request.target.startswith("/api/v1/credentials"):
                self.count += 1
                headers = dict(request.headers)
                key_id = KEY_ID.findall(headers["Authorization"])[0]
                rest = (headers[name] for name in ("Host", "x-acs-action", "x-acs-version"))
                self.seen.add((request.method, request.target, key_id, *rest))
            return real(request)

        endpoint.respond = respond


async def test_no_parameter_header_or_body_changes_instance_host_path_or_credentials(
    jp_serverapp: Any,
    http_server: Any,
    http_server_port: tuple[Any, int],
    connection: dict[str, str],
    monitor: Monitor,
    jp_base_url: str,
    emulator: Emulator,
) -> None:
    assert http_server is not None
    overheard = Overheard(emulator)
    port = http_server_port[1]
    endpoints = (
        ("jupyter-dsw/v1/instance", f"token {jp_serverapp.identity_provider.token}"),
        ("jupyter-dsw/v1/kernel/instance", connection["token"]),
    )
    # Each request may make a call: none gets a reading that is still fresh.
    past = 0.0
    monitor.clock = lambda: past
    granted = 0

    @settings(
        max_examples=150,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        endpoint=st.sampled_from(endpoints),
        query=st.lists(st.tuples(PARAMETERS, VALUES), max_size=4),
        headers=st.dictionaries(HEADERS, VALUES, max_size=4),
        body=BODIES,
    )
    def ask(endpoint: tuple[str, str], query: Any, headers: dict[str, str], body: bytes) -> None:
        nonlocal past, granted
        past += 1000
        path, token = endpoint
        name = KERNEL_TOKEN_HEADER if "kernel" in path else "Authorization"
        sent = {key: value.strip().encode("latin-1") for key, value in headers.items()}
        try:
            with requests.Session() as session:
                session.trust_env = False
                response = session.get(
                    f"http://127.0.0.1:{port}{jp_base_url}{path}",
                    params=query,
                    headers={"Cache-Control": "no-cache", **sent, name: token},
                    data=body,
                    timeout=60,
                    allow_redirects=False,
                )
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
            # Tornado refuses a Host that is none before it reads the body, and what closes with
            # something unread is reset: sometimes before the response was read.
            assert "Host" in headers
            return
        assert "Location" not in response.headers
        if "Host" in headers and response.status_code in (400, 403):
            return
        assert response.status_code == 200, response.text
        reading = response.json()
        assert reading["instance"]["InstanceId"] == emulator.instance_id
        assert reading["source"]["instance_id"] == emulator.instance_id
        assert reading["source"]["endpoint"] == emulator.url.removeprefix("http://")
        granted += 1

    await asyncio.to_thread(ask)
    assert granted > 100
    assert overheard.count > 100
    instance = f"/api/v2/instances/{emulator.instance_id}"
    calls = {(seen[0], seen[1].partition("?")[0], seen[4]) for seen in overheard.seen}
    assert calls == {
        ("GET", instance, "GetInstance"),
        ("GET", f"{instance}/lifecycle", "GetLifecycle"),
        ("PUT", "/api/v2/batch/autoshutdownpolicies/query", "QueryAutoShutdownPolicies"),
    }
    # Each call has one form only, whatever was requested.
    assert len(overheard.seen) == 3
    for _, _, key_id, host, _, _ in overheard.seen:
        assert host == emulator.url.removeprefix("http://")
        assert key_id in emulator.secrets
