"""Every handler of the server, by every method: what opens it, and that nothing else does."""

from __future__ import annotations

import itertools
import json
import sys
from dataclasses import dataclass
from importlib import import_module
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from jupyter_server.base.handlers import PublicStaticFileHandler
from tornado.routing import PathMatches, RuleRouter

from jupyter_dsw.kernel_endpoint import KERNEL_TOKEN_HEADER
from jupyter_dsw.server import handlers

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

PEOPLE = "jupyter-dsw/v1/instance"
KERNELS = "jupyter-dsw/v1/kernel/instance"
SAMPLES = "jupyter-dsw/v1/utilization"
KERNEL_SAMPLES = "jupyter-dsw/v1/kernel/utilization"
AT_RISK = "jupyter-dsw/v1/at-risk"
OF_PEOPLE, OF_KERNELS = (PEOPLE, SAMPLES, AT_RISK), (KERNELS, KERNEL_SAMPLES)
ENDPOINTS = (*OF_PEOPLE, *OF_KERNELS)
# What `re` itself reads patterns with.
PARSER = import_module("sre_parse" if sys.version_info < (3, 11) else "re._parser")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@dataclass(frozen=True)
class Requests:
    """Sends requests to the running server; knows what opens its endpoints."""

    base_url: str
    client: Any
    kernel_token: str
    jupyter_token: str

    async def send(self, path: str, method: str = "GET", **request: Any) -> Any:
        return await self.client.fetch(
            path if path.startswith("/") else self.base_url + path,
            method=method,
            body=b"{}" if method in {"POST", "PUT", "PATCH"} else None,
            allow_nonstandard_methods=True,
            follow_redirects=False,
            raise_error=False,
            **request,
        )


@pytest.fixture
def strict(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    del environment
    monkeypatch.setenv("JUPYTER_SERVER_ALLOW_UNAUTHENTICATED_ACCESS", "0")


@pytest.fixture
def server(
    strict: None,
    jp_serverapp: Any,
    http_server_client: Any,
    jp_base_url: str,
    connection: dict[str, str],
) -> Requests:
    del strict
    token = jp_serverapp.identity_provider.token
    assert not jp_serverapp.allow_unauthenticated_access
    return Requests(jp_base_url, http_server_client, connection["token"], token)


def wrong_credentials(server: Requests, endpoint: str) -> Iterator[tuple[str, str, Any]]:
    """What somebody may bring who has no business there: path, what it is, headers."""
    kernels, jupyters = server.kernel_token, server.jupyter_token
    right = kernels if endpoint in OF_KERNELS else jupyters
    name = KERNEL_TOKEN_HEADER if endpoint in OF_KERNELS else "Authorization"
    scheme = "" if endpoint in OF_KERNELS else "token "
    other = jupyters if endpoint in OF_KERNELS else kernels
    yield endpoint, "nothing", {}
    yield endpoint, "the other endpoint's token", {name: scheme + other}
    yield endpoint, "the first half", {name: scheme + right[: len(right) // 2]}
    yield endpoint, "one character less", {name: scheme + right[:-1]}
    yield endpoint, "one character more", {name: f"{scheme}{right}x"}
    yield endpoint, "an empty one", {name: scheme}
    yield endpoint, "other letters", {name: scheme + right.swapcase()}
    yield endpoint, "beyond ASCII", {name: scheme + "é" + right}
    yield endpoint, "as a cookie", {"Cookie": f"{name}={right}; username-localhost={right}"}
    if endpoint in OF_KERNELS:
        for query in (f"token={right}", f"{name}={right}", f"token={jupyters}"):
            yield f"{endpoint}?{query}", "in the query", {}
        for scheme in ("token", "Bearer"):
            yield endpoint, "in Authorization", {"Authorization": f"{scheme} {right}"}
            yield endpoint, "Jupyter's own", {"Authorization": f"{scheme} {jupyters}"}
        yield endpoint, "twice", _twice(name, right, "wrong")
        yield endpoint, "twice", _twice(name, "wrong", right)
    else:
        yield f"{endpoint}?token={kernels}", "the kernels' in the query", {}
        yield endpoint, "in the kernels' header", {KERNEL_TOKEN_HEADER: right}
        yield endpoint, "twice", _twice(name, "token wrong", f"token {kernels}")


def _twice(name: str, *values: str) -> Any:
    from tornado.httputil import HTTPHeaders

    headers = HTTPHeaders()
    for value in values:
        headers.add(name, value)
    return headers


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("endpoint", ENDPOINTS)
async def test_no_credential_of_the_wrong_kind_opens_an_endpoint_by_any_method(
    server: Requests, endpoint: str, method: str
) -> None:
    for path, what, headers in wrong_credentials(server, endpoint):
        response = await server.send(path, method, headers=headers)
        assert response.code == 403, what
        assert b"dsw-" not in response.body, what


@pytest.mark.parametrize("endpoint", ENDPOINTS)
async def test_an_unknown_method_is_refused_before_anything_else_is_looked_at(
    server: Requests, endpoint: str
) -> None:
    right = {
        KERNEL_TOKEN_HEADER: server.kernel_token,
        "Authorization": f"token {server.jupyter_token}",
    }
    # Tornado's own response to a method that it does not know, with or without a credential.
    for headers in ({}, right):
        response = await server.send(endpoint, "BREW", headers=headers)
        assert response.code == 405
        assert json.loads(response.body) == {"message": "Method Not Allowed."}


def rules_of(router: RuleRouter) -> Iterator[tuple[re.Pattern[str], type]]:
    """Every path and handler of a server."""
    for rule in router.rules:
        target = rule.target
        if isinstance(target, RuleRouter):
            yield from rules_of(target)
        elif isinstance(rule.matcher, PathMatches):
            yield rule.matcher.regex, target


def a_path(pattern: re.Pattern[str]) -> str:
    """The simplest path that a rule takes."""
    path = _simplest(PARSER.parse(pattern.pattern))
    assert pattern.fullmatch(path), pattern.pattern
    return path


def _simplest(parsed: Any) -> str:
    return "".join(_one(str(kind), what) for kind, what in parsed)


def _one(kind: str, what: Any) -> str:
    if kind == "LITERAL":
        return chr(what)
    if kind == "IN":
        return next(letter for letter in "a0-/" if _is_in(letter, what))
    if kind in {"ANY", "NOT_LITERAL"}:
        return "a"
    if kind in {"MAX_REPEAT", "MIN_REPEAT"}:
        return _simplest(what[2]) * int(what[0])
    if kind == "BRANCH":
        return _simplest(what[1][0])
    if kind == "SUBPATTERN":
        return _simplest(what[-1])
    assert kind in {"AT", "ASSERT", "ASSERT_NOT"}, kind
    return ""


def _is_in(letter: str, choices: Any) -> bool:
    negated = any(str(kind) == "NEGATE" for kind, _ in choices)
    named = any(_names(letter, str(kind), what) for kind, what in choices)
    return named is not negated


def _names(letter: str, kind: str, what: Any) -> bool:
    if kind == "RANGE":
        return bool(what[0] <= ord(letter) <= what[1])
    if kind == "CATEGORY":
        return letter.isalnum() if str(what) == "CATEGORY_WORD" else letter.isdigit()
    return kind == "LITERAL" and bool(what == ord(letter))


async def test_the_kernels_token_opens_its_two_gets_and_nothing_else_of_the_whole_server(
    server: Requests, jp_web_app: Any
) -> None:
    token = server.kernel_token
    bearers: tuple[tuple[str, dict[str, str]], ...] = (
        ("", {KERNEL_TOKEN_HEADER: token, "Authorization": f"token {token}"}),
        (f"?token={token}", {}),
    )
    walked, opened = set(), set()
    rules = {*rules_of(jp_web_app.wildcard_router), *rules_of(jp_web_app.default_router)}
    for (pattern, handler), method in itertools.product(rules, METHODS):
        path = a_path(pattern)
        if handler is PublicStaticFileHandler:
            continue  # it has no files in these tests' server, and breaks off
        anonymous = await server.send(path, method)
        for query, headers in bearers:
            response = await server.send(path + query, method, headers=headers)
            walked.add(handler)
            if response.code != anonymous.code:
                opened.add((handler.__name__, method, response.code))
    assert opened == {
        (handler, method, 200 if method == "GET" else 405)
        for handler in ("KernelInstanceHandler", "KernelUtilizationHandler")
        for method in METHODS
    }
    # A real server: contents, kernels, sessions, terminals, login, files, all endpoints and more.
    assert len(walked) > 30
    assert {handlers.InstanceHandler, handlers.KernelInstanceHandler} <= walked
    assert {handlers.UtilizationHandler, handlers.KernelUtilizationHandler} <= walked
    assert handlers.AtRiskHandler in walked


async def test_the_kernels_token_is_compared_in_constant_time(
    server: Requests, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[tuple[bytes, bytes]] = []
    verdicts = iter([False, True])

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return next(verdicts)

    # In this module alone: the emulator in this process compares signatures.
    monkeypatch.setattr(handlers, "hmac", SimpleNamespace(compare_digest=compare))
    # Its verdict alone decides: the right token is refused, a wrong one let in.
    right = await server.send(KERNELS, headers={KERNEL_TOKEN_HEADER: server.kernel_token})
    wrong = await server.send(KERNELS, headers={KERNEL_TOKEN_HEADER: "wrong"})
    assert (right.code, wrong.code) == (403, 200)
    expected = server.kernel_token.encode()
    assert compared == [(expected, expected), (b"wrong", expected)]


async def test_another_host_is_refused_at_the_kernel_endpoint_too(server: Requests) -> None:
    headers = {KERNEL_TOKEN_HEADER: server.kernel_token}
    assert (await server.send(KERNELS, headers=headers)).code == 200
    for host in ("evil.example", "evil.example:80", "127.0.0.1.evil.example"):
        assert (await server.send(KERNELS, headers={**headers, "Host": host})).code == 403, host


async def test_no_response_lets_a_page_of_another_origin_read_it(server: Requests) -> None:
    login = await server.send(f"api/status?token={server.jupyter_token}")
    cookie = "; ".join(c.partition(";")[0] for c in login.headers.get_list("Set-Cookie"))
    persons, kernels = {"Cookie": cookie}, {KERNEL_TOKEN_HEADER: server.kernel_token}
    assert (await server.send(PEOPLE, headers=persons)).code == 200
    for (endpoint, known), method in itertools.product(
        (*((path, persons) for path in OF_PEOPLE), *((path, kernels) for path in OF_KERNELS)),
        METHODS,
    ):
        for origin in ("https://evil.example", "null"):
            # As a browser sends it; the preflight of the kernels' header is an OPTIONS.
            cors = {"Origin": origin, "Access-Control-Request-Headers": KERNEL_TOKEN_HEADER}
            response = await server.send(endpoint, method, headers={**known, **cors})
            granted = [n for n in response.headers if n.lower().startswith("access-control-allow")]
            assert granted == [], (endpoint, method, origin)


async def test_a_response_has_the_header_that_no_page_may_be_made_of_it(server: Requests) -> None:
    known = {KERNEL_TOKEN_HEADER: server.kernel_token}
    for path, headers in itertools.product(OF_KERNELS, ({}, known)):
        response = await server.send(path, headers=headers)
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert "frame-ancestors 'self'" in response.headers["Content-Security-Policy"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Content-Type"] == "application/json"
        assert response.headers["Cache-Control"] == "no-store"
