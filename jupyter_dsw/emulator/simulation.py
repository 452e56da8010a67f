"""The life of one simulated instance, as a pure function of time.

All times here are in simulated seconds: 0 is when the simulation began, negative is before that.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

STARTING = (("Creating", 20), ("ResourceAllocating", 40), ("EnvPreparing", 90), ("Starting", 30))
"""The statuses of an instance that starts, in order, and how long each lasts (seconds)."""
STARTING_S = sum(seconds for _, seconds in STARTING)
STOPPING_S = 60
USAGE_S = 6 * 3600
"""How far back utilization is simulated, in seconds."""


@dataclass(frozen=True)
class SavedImage:
    """One saving of the instance's image: committed, pushed, then saved; or failed.

    It begins `at`; committing takes `commit_s` seconds and pushing `push_s`. With `failure` (code
    and message) it fails at the end of the commit.
    """

    name: str
    at: float
    commit_s: float = 180
    push_s: float = 900
    failure: tuple[str, str] | None = None

    def steps(self) -> tuple[tuple[float, str], ...]:
        """Return when each status begins, in order."""
        committed = self.at + self.commit_s
        if self.failure is not None:
            return (self.at, "Committing"), (committed, "Failed")
        pushed = committed + self.push_s
        return (self.at, "Committing"), (committed, "Pushing"), (pushed, "Saved")


@dataclass(frozen=True)
class Policy:
    """A stop policy of the workspace.

    The instance is stopped after `max_idle_minutes` of idleness, but not before `delayed_until`,
    None for no delay. With an `expression` of its own it stops nothing, and nobody knows when it
    would.
    """

    max_idle_minutes: int = 60
    can_skip: bool = False
    delayed_until: float | None = None
    expression: str = ""


@dataclass(frozen=True)
class Life:
    """What is to happen to a simulated instance.

    It begins to start at `started_at`. A person or a training job is at work in the intervals of
    `busy` (in order); otherwise it is idle, and stopped after `max_idle_minutes` of that (None for
    no idle culler), or by the `policy`. `stop_at` is the scheduled stop, None for none. `failed` is
    an instance that could not start.
    """

    started_at: float
    busy: tuple[tuple[float, float], ...] = ()
    max_idle_minutes: int | None = 60
    stop_at: float | None = None
    images: tuple[SavedImage, ...] = ()
    failed: bool = False
    policy: Policy | None = None

    @property
    def running_from(self) -> float:
        """When the instance is running for the first time."""
        return self.started_at + STARTING_S

    @property
    def stops_at(self) -> float:
        """When the instance is stopped, by its schedule or for being idle."""
        scheduled = math.inf if self.stop_at is None else self.stop_at
        return min(self._idle_stop(self.max_idle_minutes), scheduled, self.policy_stops_at)

    @property
    def policy_stops_at(self) -> float:
        """When its policy stops the instance, if nothing else does before."""
        policy = self.policy
        if policy is None or policy.expression:
            return math.inf
        return max(self._idle_stop(policy.max_idle_minutes), policy.delayed_until or -math.inf)

    def _idle_stop(self, max_idle_minutes: int | None) -> float:
        if max_idle_minutes is None:
            return math.inf
        idle_from = self.running_from
        for begin, end in self.busy:
            if begin - idle_from >= max_idle_minutes * 60:
                break
            idle_from = max(idle_from, end)
        return idle_from + max_idle_minutes * 60


@dataclass(frozen=True)
class ImageState:
    """One saved image at one moment: `status` as of the API page, begun and changed when."""

    name: str
    status: str
    begun_at: float
    changed_at: float
    reason_code: str = ""
    reason_message: str = ""


@dataclass(frozen=True)
class State:
    """A simulated instance at one moment.

    `idle_minutes` are whole ones; `due_at` is the scheduled stop and `remaining_s` the time until
    then, None without one.
    """

    status: str
    changed_at: float
    idle_minutes: int
    due_at: float | None
    remaining_s: float | None
    running_s: float
    images: tuple[ImageState, ...]


def state(life: Life, elapsed: float) -> State:
    """Return what the instance of `life` is like, `elapsed` simulated seconds into it."""
    changed_at, status = [step for step in _steps(life) if step[0] <= elapsed][-1]
    until = min(elapsed, life.stops_at)
    due_at = None if life.failed or elapsed >= life.stops_at else life.stop_at
    return State(
        status=status,
        changed_at=changed_at,
        idle_minutes=_idle_minutes(life, until),
        due_at=due_at,
        remaining_s=None if due_at is None else due_at - elapsed,
        running_s=0 if life.failed else max(0, until - life.running_from),
        images=tuple(_image(image, elapsed) for image in life.images if image.at <= elapsed),
    )


class Usage(NamedTuple):
    """CPU and GPU utilization of a simulated instance (percent), `ago_s` seconds ago."""

    ago_s: float
    cpu_percent: float
    gpu_percent: float
    idle_minutes: int


def usage(life: Life, elapsed: float) -> list[Usage]:
    """Return the utilization of each minute while it ran, oldest first, of `USAGE_S` at most."""
    until = min(elapsed, life.stops_at)
    begun = max(life.running_from, until - USAGE_S)
    if life.failed or until < life.running_from:
        return []
    moments = [until - 60 * n for n in range(int((until - begun) // 60) + 1)]
    return [_usage(life, elapsed, at) for at in reversed(moments)]


def _usage(life: Life, elapsed: float, at: float) -> Usage:
    busy = any(begin <= at < end for begin, end in life.busy)
    # Two waves without a common period look like work; the same moment gives the same value.
    wave = math.sin(at / 97) + math.sin(at / 41)
    cpu, gpu = (58 + 9 * wave, 84 + 6 * wave) if busy else (3.5 + 0.8 * wave, 0.0)
    return Usage(elapsed - at, round(cpu, 1), round(gpu, 1), _idle_minutes(life, at))


def starting(at: float) -> list[tuple[float, str]]:
    """Return when an instance that begins to start `at` gets each status, until it is running."""
    steps = []
    for status, seconds in STARTING:
        steps.append((at, status))
        at += seconds
    return [*steps, (at, "Running")]


def _steps(life: Life) -> list[tuple[float, str]]:
    """Return when the instance gets each status, in order."""
    if life.failed:
        return [(life.started_at, "Failed")]
    steps = starting(life.started_at)
    # Inferred, since it is not on the API page: an image is being saved while the container is
    # committed, and the instance runs again while the image is pushed.
    for image in sorted(life.images, key=lambda image: image.at):
        if image.at >= life.running_from:
            after = "SaveFailed" if image.failure else "Running"
            steps += [(image.at, "Saving"), (image.at + image.commit_s, after)]
    stop = [(life.stops_at, "Stopping"), (life.stops_at + STOPPING_S, "Stopped")]
    return [*(step for step in steps if step[0] < life.stops_at), *stop]


def _idle_minutes(life: Life, until: float) -> int:
    """Return the whole minutes for which the instance has been idle."""
    if life.failed or until < life.running_from:
        return 0
    idle_from = life.running_from
    for begin, end in life.busy:
        if begin <= until:
            idle_from = max(idle_from, min(end, until))
    return int((until - idle_from) // 60)


def _image(image: SavedImage, elapsed: float) -> ImageState:
    changed_at, status = [step for step in image.steps() if step[0] <= elapsed][-1]
    code, message = image.failure if image.failure and status == "Failed" else ("", "")
    return ImageState(image.name, status, image.at, changed_at, code, message)
