"""Checks of the environment: instance, region, credentials."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from jupyter_dsw.cli.doctor.context import LEFT_OUT, Skipped, Step
from jupyter_dsw.i18n import Text, text
from jupyter_dsw.notebook.person import time_zone
from jupyter_dsw.render.values import Moments
from jupyter_dsw.upstream.settings import VARIABLES, Settings

if TYPE_CHECKING:
    from jupyter_dsw.cli.doctor.context import Context
    from jupyter_dsw.upstream.credentials import Credentials

# Stands in for the settings that a check is not about.
_SOME_ENDPOINT = "https://localhost"
_ACCESS_KEY = ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET")
_CREDENTIALS_URI = "ALIBABA_CLOUD_CREDENTIALS_URI"


def _instance_id(_: Context) -> Text:
    variable = _set_variable("instance_id") or ""
    instance_id = os.environ.get(variable, "")
    Settings(instance_id=instance_id, endpoint=_SOME_ENDPOINT)
    return text("%1 (%2)", instance_id, variable)


def _region(_: Context) -> Text:
    variable = _set_variable("region")
    region = _region_variable()
    endpoint = _SOME_ENDPOINT if _set_variable("endpoint") else None
    Settings(instance_id="dsw-0", region=region, endpoint=endpoint)
    if not region:
        return text("not set; JUPYTER_DSW_ENDPOINT names the endpoint")
    return text("%1 (%2)", region, variable)


def _region_variable() -> str | None:
    variable = _set_variable("region")
    return os.environ[variable] if variable else None


def _set_variable(setting: str) -> str | None:
    return next((name for name in VARIABLES[setting] if os.environ.get(name)), None)


def _credentials(context: Context) -> Text:
    in_environment = any(os.environ.get(name) for name in _ACCESS_KEY)
    if context.offline and not in_environment:
        raise Skipped(LEFT_OUT)
    found = context.credentials.get()
    return text("%1, %2", _source(in_environment=in_environment), _until(found))


def _source(*, in_environment: bool) -> Text:
    uri = os.environ.get(_CREDENTIALS_URI)
    if in_environment:
        return text("the environment's (%1)", _ACCESS_KEY[0])
    if uri:
        # Its host only: a token may be in what follows.
        parts = urlsplit(uri)
        port = f":{parts.port}" if parts.port else ""
        host = f"{parts.hostname}{port}"
        return text("the credential service at %1 (%2)", host, _CREDENTIALS_URI)
    return text("what alibabacloud-credentials found")


def _until(credentials: Credentials) -> Text:
    if credentials.expires_at is not None:
        moments = Moments(zone=time_zone(_region_variable()))
        return text("until %1", moments.write(credentials.expires_at))
    if credentials.security_token:
        return text("expiry unknown")
    return text("a long-lived access key")


STEPS: tuple[Step, ...] = (
    Step(text("instance id"), _instance_id),
    Step(text("region"), _region),
    Step(text("credentials"), _credentials),
)
