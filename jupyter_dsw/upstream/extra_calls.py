"""The calls that complete a reading: stop policies and the last runs, whenever they are due.

A reading never waits long for them, and stands without them: many accounts do not permit them, and
not all regions know them.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from jupyter_dsw.clock import Deadline
from jupyter_dsw.upstream.errors import Denied, DSWError, NotConfigured, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_dsw.model.sessions import Session
    from jupyter_dsw.upstream.client import PoliciesResponse
    from jupyter_dsw.upstream.response import InstanceResponse

T = TypeVar("T")

DEADLINE_S = 2.0
"""Seconds that both calls may take together: a reading comes that much later at most."""
AFTER_DENIAL_S = 6 * 3600.0
"""Seconds until a call that was refused is tried again: 8 calls a day, of 1,440 of GetInstance."""
FIRST_BACK_OFF_S = 60.0
LONGEST_BACK_OFF_S = 3600.0
KEPT_S = 600.0
"""Seconds that stop policies count on while they cannot be read; they are aged meanwhile."""


def is_not_permitted(error: DSWError) -> bool:
    """Return whether the endpoint does not permit a call, or does not know it."""
    if isinstance(error, Denied):
        return not error.about_access_key
    return isinstance(error, (NotFound, NotConfigured))


class ExtraClient(Protocol):
    """What is needed of `jupyter_dsw.upstream.client.Client`."""

    def get_stop_policies(self, deadline: Deadline) -> PoliciesResponse | None:
        """Call QueryAutoShutdownPolicies once; None where that is switched off."""
        ...

    def get_sessions(self, deadline: Deadline) -> tuple[Session, ...]:
        """Call GetLifecycle once."""
        ...


class ExtraCalls:
    """Completes the responses of GetInstance; from one thread at a time.

    `clock` gives the seconds that the client dates responses in, `uniform` the jitter of waits.
    """

    def __init__(
        self,
        client: ExtraClient,
        *,
        clock: Callable[[], float],
        uniform: Callable[[float, float], float],
    ) -> None:
        self._clock = clock
        self._client = client
        self._uniform = uniform
        self._begin_anew(None)

    def _begin_anew(self, instance_id: str | None) -> None:
        """Forget all that is known, which is about another instance."""
        self._instance_id = instance_id
        self._policies = _Call(self._client.get_stop_policies, self._clock, self._uniform)
        self._sessions = _Call(self._client.get_sessions, self._clock, self._uniform)
        self._sessions_status: str | None = None

    def complete(self, response: InstanceResponse) -> InstanceResponse:
        """Return `response` with what is known of policies and last runs. Never raises."""
        instance = response.instance
        if instance.instance_id != self._instance_id:
            self._begin_anew(instance.instance_id)
        deadline = Deadline(DEADLINE_S)
        # Of an instance that does not run nothing is known there.
        if not instance.has_ended:
            self._policies.make(deadline)
        # A run ends, and a new one begins, with a change of the status only.
        is_due = self._sessions.value is None or instance.status != self._sessions_status
        if is_due and self._sessions.make(deadline):
            self._sessions_status = instance.status
        return self._completed(response)

    def _completed(self, response: InstanceResponse) -> InstanceResponse:
        response = dataclasses.replace(response, sessions=self._sessions.value)
        if self._policies.is_off:
            return dataclasses.replace(response, stop_policies="off")
        policies = self._policies.value
        if policies is None or self._clock() - policies.sent > KEPT_S:
            return response
        return dataclasses.replace(
            response,
            policies=policies.conditions,
            policies_sent=policies.sent,
            stop_policies="read",
        )


class _Call(Generic[T]):
    """A call, when it is due next, and what it last brought."""

    def __init__(
        self,
        call: Callable[[Deadline], T | None],
        clock: Callable[[], float],
        uniform: Callable[[float, float], float],
    ) -> None:
        self._call = call
        self._clock = clock
        self._uniform = uniform
        self._failures = 0
        self._not_before = float("-inf")
        self.value: T | None = None
        self.is_off = False

    def make(self, deadline: Deadline) -> bool:
        """Make the call if it is due; return whether it brought something."""
        if deadline.expired or self._clock() < self._not_before:
            return False
        try:
            self.value = self._call(deadline)
        except DSWError as error:
            self.is_off = False
            self._wait(self._wait_after(error))
            return False
        self._failures = 0
        self.is_off = self.value is None
        return not self.is_off

    def _wait_after(self, error: DSWError) -> float:
        if is_not_permitted(error):
            self.value = None
            return AFTER_DENIAL_S
        back_off = FIRST_BACK_OFF_S * 2.0 ** min(self._failures, 16)
        self._failures += 1
        return max(min(back_off, LONGEST_BACK_OFF_S), (error.retry_after_ms or 0) / 1000)

    def _wait(self, seconds: float) -> None:
        # Up to a tenth more, so that the instances of an account drift apart.
        self._not_before = self._clock() + self._uniform(seconds, 1.1 * seconds)
