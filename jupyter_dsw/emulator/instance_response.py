"""GetInstance's response for a state of the simulated instance.

`example.json` is the example response of the API page; `instance.json` replaces its values by those
of an instance such as a team has, with a canary for every secret.
"""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_dsw.emulator.http_server import Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_dsw.emulator.credentials import Canaries
    from jupyter_dsw.emulator.simulation import ImageState, Life, State

_HERE = Path(__file__).parent
_REGISTRY = "vision-registry-vpc.cn-hangzhou.cr.aliyuncs.com/vision/images"
_DAY = 24 * 3600
_EARLIER_RUNS_MS = 42 * 3600 * 1000

EXAMPLE: dict[str, Any] = json.loads((_HERE / "example.json").read_text("utf-8"))
"""The example response of the API page, as it stands there."""


def merge(old: Any, new: Any) -> Any:
    """Return `old` with `new` over it: objects are merged deeply, everything else replaced."""
    if not (isinstance(old, Mapping) and isinstance(new, Mapping)):
        return new
    changed = {key: merge(old.get(key), value) for key, value in new.items()}
    return {**old, **changed}


class ResponseWriter:
    """Writes the responses of one instance, whose id and secrets stay the same."""

    def __init__(self, instance_id: str, canaries: Canaries) -> None:
        planter = _Planter(instance_id, canaries)
        values = json.loads((_HERE / "instance.json").read_text("utf-8"))
        self._fixed: dict[str, Any] = merge(EXAMPLE, planter.plant(values))
        self._repository = planter.plant(
            "https://cr.console.aliyun.com/repository/cn-hangzhou/vision/images?authToken=<secret>"
        )

    def write(
        self, life: Life, state: State, at: Callable[[float], float], request_id: str
    ) -> dict[str, Any]:
        """Return the response; `at` turns simulated seconds into seconds since the epoch."""
        images = [self._image(image, at) for image in state.images]
        newest = max(images, key=lambda image: str(image["GmtCreateTime"]), default={})
        changes = {
            "Status": state.status,
            "GmtCreateTime": api_time(at(life.started_at - 9 * _DAY)),
            "GmtModifiedTime": api_time(at(state.changed_at)),
            "AccumulatedRunningTimeInMs": _EARLIER_RUNS_MS + int(state.running_s * 1000),
            "IdleInstanceCuller": self._culler(life, state),
            "InstanceSnapshotList": images,
            "LatestSnapshot": newest,
            "InstanceShutdownTimer": self._timer(state, at),
            "CloudDisks": self._disks(state),
            "RequestId": request_id,
        }
        return {**self._fixed, **changes}

    def _timer(self, state: State, at: Callable[[float], float]) -> dict[str, Any]:
        if state.due_at is None or state.remaining_s is None:
            return {}
        created = api_time(at(state.due_at - 8 * 3600))
        return {
            "InstanceId": self._fixed["InstanceId"],
            "GmtCreateTime": created,
            "GmtModifiedTime": created,
            "DueTime": api_time(at(state.due_at)),
            "RemainingTimeInMs": int(state.remaining_s * 1000),
        }

    def _culler(self, life: Life, state: State) -> dict[str, Any]:
        if life.max_idle_minutes is None:
            return {}
        return {
            "InstanceId": self._fixed["InstanceId"],
            "CpuPercentThreshold": 20,
            "GpuPercentThreshold": 10,
            "MaxIdleTimeInMinutes": life.max_idle_minutes,
            "IdleTimeInMinutes": state.idle_minutes,
        }

    def _image(self, image: ImageState, at: Callable[[float], float]) -> dict[str, Any]:
        return {
            "ImageId": f"image-{image.name}",
            "ImageName": image.name,
            "ImageUrl": f"{_REGISTRY}:{image.name}",
            "RepositoryUrl": self._repository,
            "GmtCreateTime": api_time(at(image.begun_at)),
            "GmtModifiedTime": api_time(at(image.changed_at)),
            "ReasonCode": image.reason_code,
            "ReasonMessage": image.reason_message,
            "Status": image.status,
        }

    def _disks(self, state: State) -> list[dict[str, Any]]:
        root, *others = self._fixed["CloudDisks"]
        sizes = root["Status"]
        usage = min(sizes["Usage"] + state.disk_growth, sizes["Capacity"])
        status = {**sizes, "Usage": usage, "Available": sizes["Capacity"] - usage}
        return [{**root, "Status": status}, *others]


class _Planter:
    """Fills the blanks of `instance.json`: ids, and a canary of its own for every secret."""

    def __init__(self, instance_id: str, canaries: Canaries) -> None:
        self._canaries = canaries
        self._blanks: dict[str, Callable[[], str]] = {
            "<instance id>": lambda: instance_id,
            "<secret>": canaries.mint,
            "<access key id>": lambda: canaries.mint("LTAIcanary"),
            "<role access key id>": lambda: canaries.mint("STS.canary"),
        }

    def plant(self, value: Any, name: str = "") -> Any:
        """Return `value` with its blanks filled and, by its element's `name`, encoded."""
        if isinstance(value, str):
            filled = re.sub(r"<[a-z ]+>", lambda blank: self._blanks[blank[0]](), value)
            return self._image_auth(filled) if name == "ImageAuth" else filled
        if isinstance(value, list):
            return [self.plant(item) for item in value]
        if isinstance(value, dict):
            planted = {key: self.plant(item, key) for key, item in value.items()}
            # These two are JSON inside a string.
            return json.dumps(planted, indent=2) if name in {"Options", "Policy"} else planted
        return value

    def _image_auth(self, user_and_password: str) -> str:
        return self._canaries.note(base64.b64encode(user_and_password.encode()).decode())


def api_time(seconds: float) -> str:
    """Return a time as the API writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def refused(request_id: str) -> dict[str, Any]:
    """Return the body of a failure with HTTP 200."""
    return {
        "RequestId": request_id,
        "Success": False,
        "Code": "InternalError",
        "Message": "The instance service is busy.",
        "HttpStatusCode": 400,
    }


def not_json(kind: str, content: dict[str, Any], headers: tuple[tuple[str, str], ...]) -> Response:
    """Return what is no instance, with secrets in it that nobody may pass on."""
    if kind == "html":
        link = content["JupyterlabUrl"]
        page = f"<html><body><h1>Sign in</h1><a href='{link}'>{link}</a></body></html>"
        return Response(200, page.encode(), (("Content-Type", "text/html"), *headers))
    half = json.dumps(content).encode()[:4000]
    body = b"" if kind == "empty" else b"\xff\xfe\x00" + half + b"\x80"
    return Response(200, body, (("Content-Type", "application/json"), *headers))
