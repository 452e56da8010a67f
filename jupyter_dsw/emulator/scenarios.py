"""The situations that the emulator can play, by name."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from jupyter_dsw.emulator.simulation import STARTING_S, Life, Policy, SavedImage
from jupyter_dsw.i18n import text

if TYPE_CHECKING:
    from jupyter_dsw.emulator.http_server import Delivery

_MINUTE = 60
_HOUR = 3600

_EARLIER_IMAGES = (
    SavedImage("vision-baseline", at=-6 * 24 * _HOUR),
    SavedImage(
        "vision-too-large",
        at=-2 * 24 * _HOUR,
        failure=(
            "ImageTooLarge",
            "The layer to save has 17.2 GiB, at most 15 GiB can be saved.",
        ),
    ),
)


def _running_since(seconds: float) -> float:
    return -seconds - STARTING_S


# Newest in the middle: readers must not rely on the order. Somebody works every 25 minutes, so that
# a demonstration of hours stays calm: no warning is due before 30 minutes are left.
_HEALTHY = Life(
    started_at=_running_since(150 * _MINUTE),
    busy=tuple(((25 * n - 9) * _MINUTE, (25 * n - 5) * _MINUTE) for n in range(-5, 14)),
    stop_at=5 * _HOUR + 25 * _MINUTE,
    images=(_EARLIER_IMAGES[0], SavedImage("vision-tuned", at=-7 * _MINUTE), _EARLIER_IMAGES[1]),
)
_LIFECYCLE = Life(
    started_at=0,
    busy=((3 * _MINUTE, 10 * _MINUTE), (30 * _MINUTE, 40 * _MINUTE), (60 * _MINUTE, 65 * _MINUTE)),
    stop_at=2 * _HOUR,
    images=(SavedImage("vision-tuned", at=15 * _MINUTE, push_s=300),),
)
_IDLE = Life(started_at=_running_since(55 * _MINUTE), images=_EARLIER_IMAGES)
_SCHEDULED = Life(
    started_at=_running_since(3 * _HOUR),
    busy=((-3 * _HOUR, math.inf),),
    stop_at=12 * _MINUTE,
    images=_EARLIER_IMAGES,
)
_SAVING = Life(
    started_at=_running_since(2 * _HOUR),
    busy=((-2 * _HOUR, 0),),
    images=(*_EARLIER_IMAGES, SavedImage("vision-tuned", at=0)),
)
_SAVE_FAILED = Life(
    started_at=_running_since(2 * _HOUR),
    busy=((-2 * _HOUR, -10 * _MINUTE),),
    images=(
        *_EARLIER_IMAGES,
        SavedImage(
            "vision-tuned", at=-5 * _MINUTE, failure=("Internal Error", "no space left on device")
        ),
    ),
)
_FAILED = Life(started_at=-10 * _MINUTE, failed=True, images=_EARLIER_IMAGES)


def _idle_under(policy: Policy, *, for_minutes: int) -> Life:
    """Return an instance that nothing stops but a policy, and that has been idle for so long."""
    return Life(
        started_at=_running_since(for_minutes * _MINUTE),
        max_idle_minutes=None,
        images=_EARLIER_IMAGES,
        policy=policy,
    )


@dataclass(frozen=True)
class Scenario:
    """One situation: what it is, in one line, and the instance behind it."""

    name: str
    description: str
    life: Life = _HEALTHY
    extra_calls: Literal["permitted", "denied", "unknown", "hang"] = "permitted"
    """What becomes of QueryAutoShutdownPolicies and GetLifecycle."""
    delivery: Delivery = "whole"
    """How the response to GetInstance reaches the client."""


SCENARIOS: dict[str, Scenario] = {
    scenario.name: scenario
    for scenario in (
        Scenario(
            "healthy", text("runs, idle for 5 of 60 minutes, one image saved and one being pushed")
        ),
        Scenario(
            "lifecycle", text("starts now, works, saves an image, is stopped after 2 h"), _LIFECYCLE
        ),
        Scenario("idle", text("idle for 55 of 60 minutes, then it is stopped"), _IDLE),
        Scenario("scheduled", text("busy, and scheduled to stop in 12 minutes"), _SCHEDULED),
        Scenario("saving", text("begins to save an image: Committing, Pushing, Saved"), _SAVING),
        Scenario("save-failed", text("could not save its image"), _SAVE_FAILED),
        Scenario("failed", text("could not start, for a reason that is not given"), _FAILED),
        Scenario(
            "policy",
            text("idle for 28 of 60 minutes, then a policy of the workspace stops it"),
            _idle_under(Policy(), for_minutes=28),
        ),
        Scenario(
            "policy-skippable",
            text("as above, idle for 55 minutes; the user may skip the stop in the console"),
            _idle_under(Policy(can_skip=True), for_minutes=55),
        ),
        Scenario(
            "policy-delayed",
            text("idle for 65 minutes; the user delayed the policy's stop, which is in 12 minutes"),
            _idle_under(Policy(delayed_until=12 * _MINUTE), for_minutes=65),
        ),
        Scenario(
            "policy-unclear",
            text("a policy of the workspace that jupyter-dsw does not understand"),
            _idle_under(Policy(expression="RunningDuration > 72 h"), for_minutes=5),
        ),
        Scenario(
            "extra-denied",
            text("runs; 403 for stop policies and for the last runs"),
            extra_calls="denied",
        ),
        Scenario(
            "extra-unknown",
            text("runs; the endpoint does not know the calls for stop policies and last runs"),
            extra_calls="unknown",
        ),
        Scenario(
            "extra-hang",
            text("runs; stop policies and last runs never get a response"),
            extra_calls="hang",
        ),
        Scenario("denied", text("403: no role in the workspace")),
        Scenario("missing", text("404: no such instance")),
        Scenario("throttled", text("400: too many requests, retry after 30 s (x-acs-retry-after)")),
        Scenario(
            "slow",
            text("the response arrives in small pieces, over some seconds"),
            delivery="slow",
        ),
        Scenario("hang", text("no response ever arrives"), delivery="hang"),
        Scenario("reset", text("the connection is reset"), delivery="reset"),
        Scenario("garbage", text("200 with bytes that are neither JSON nor UTF-8")),
        Scenario(
            "truncated",
            text("200 with a response that is cut off in the middle"),
            delivery="truncated",
        ),
        Scenario("html", text("200 with the HTML page of a proxy")),
        Scenario("empty", text("200 without a body")),
        Scenario("refused", text("200 with Success: false")),
        Scenario("skewed", text("the endpoint's clock is 3 h ahead: it rejects the date")),
        Scenario("expired", text("every security token has expired")),
    )
}
"""Every scenario by its name, in the order of a `--help`."""


def find_scenario(name: str) -> Scenario:
    """Return the scenario of this name; ValueError, naming those there are, for another."""
    try:
        return SCENARIOS[name]
    except KeyError:
        message = f"no scenario {name!r}; there are: {', '.join(SCENARIOS)}"
        raise ValueError(message) from None
