"""A `Reading`: the instance, when it was taken, what went wrong since; and the REST contract."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

import msgspec

from jupyter_dsw.clock import elapsed_seconds
from jupyter_dsw.i18n import Language, translated
from jupyter_dsw.meter import Utilization
from jupyter_dsw.model.instance import Instance, parse_instance
from jupyter_dsw.model.kinds import without_secrets
from jupyter_dsw.model.sessions import Session
from jupyter_dsw.model.stops import (
    Milliseconds,
    PoliciesState,
    Stop,
    aged,
    nearest_first,
    stops_of,
)
from jupyter_dsw.upstream.settings import Source

if TYPE_CHECKING:
    from typing_extensions import Self

    from jupyter_dsw.upstream.errors import DSWError

Clock: TypeAlias = Literal["endpoint", "local"]

# `next_read_in_ms` is never below this, so that no client polls in a tight loop.
SOONEST_NEXT_READ_MS = 1000
# The idle minutes of an older reading are not those at the time of a sample.
OLDEST_IDLE_MINUTES_MS = 150_000
_Wait = Annotated[int, msgspec.Meta(ge=SOONEST_NEXT_READ_MS)]
_UTC = Annotated[str, msgspec.Meta(pattern="Z$", extra_json_schema={"format": "date-time"})]


class Problem(msgspec.Struct, frozen=True):
    """Why the last attempt failed, and what a person can do about it."""

    code: str
    """Which kind of error it is."""
    message: str
    """What failed, in the language of `Content-Language`."""
    advice: str
    """What to do next, in the language of `Content-Language`."""
    request_id: str | None = None
    """Alibaba Cloud's ID of the request, for its support; None where no response came."""

    @classmethod
    def of(cls, error: DSWError) -> Problem:
        """Return the secret-free parts of `error`."""
        return cls(error.code, error.message, error.advice, error.request_id)

    def in_language(self, language: Language) -> Problem:
        """Return the same problem in a language."""
        return msgspec.structs.replace(
            self,
            message=translated(self.message, language),
            advice=translated(self.advice, language),
        )


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the instance, since when, and what went wrong since.

    `taken` and `next_read` are seconds of `elapsed_seconds`, so that ages and times left stay right
    whatever happens to the wall clock, and while the machine sleeps.
    """

    source: Source
    """Which endpoint, region and instance id."""
    next_read: float
    """When the next request brings something new (`elapsed_seconds`)."""
    instance: Instance | None = None
    """As of the last good response; None if there never was one."""
    read_at: datetime | None = None
    """When the endpoint responded with that (aware, UTC), by the clock of `read_at_by`."""
    read_at_by: Clock = "endpoint"
    """Whose clock `read_at` is by, and with it the time left until a due time. "local" is that of
    the machine that called the endpoint, where the response had no `Date`."""
    taken: float | None = None
    """When the request for it was sent (`elapsed_seconds`): what was left then is left at most."""
    policy_stops: tuple[Stop, ...] = ()
    """The stops that policies decide, as of `taken`."""
    merged_stops: tuple[Stop, ...] = ()
    """All stops, as of `taken`, where a server has put those of both calls together."""
    stop_policies: PoliciesState = "not_available"
    """Whether those are known."""
    sessions: tuple[Session, ...] | None = None
    """The last runs, newest first; None if they were never read."""
    utilization: Utilization | None = None
    """How busy this container is; None where it is not measured."""
    error: Problem | None = None
    """Why the last attempt to read failed; None if it did not."""

    def age_ms_at(self, now: float) -> int | None:
        """Milliseconds since the instance was read, at `now` (`elapsed_seconds`)."""
        return None if self.taken is None else max(0, round((now - self.taken) * 1000))

    def stops_at(self, now: float) -> tuple[Stop, ...]:
        """Return all stops at `now` (`elapsed_seconds`), nearest first; none if never read."""
        if self.instance is None or self.instance.has_ended:
            return ()
        elapsed_ms = round((self.age_ms_at(now) or 0) * self.source.speed)
        if self.merged_stops:
            return nearest_first(aged(stop, elapsed_ms) for stop in self.merged_stops)
        return stops_of(
            self.instance, self.policy_stops, responded_at=self.read_at, elapsed_ms=elapsed_ms
        )

    @property
    def stops(self) -> tuple[Stop, ...]:
        """What will or may stop the instance, as of now, nearest first.

        Empty if nothing is known, which is not the same as no stop: see `stop_policies`.
        """
        return self.stops_at(elapsed_seconds())

    @property
    def age(self) -> timedelta | None:
        """How long ago the instance was read; None if it never was."""
        age_ms = self.age_ms_at(elapsed_seconds())
        return None if age_ms is None else timedelta(milliseconds=age_ms)

    def to_contract(self, now: float, language: Language = "en") -> Contract:
        """Return this reading at `now` (`elapsed_seconds`), its error in `language`."""
        next_read_in_ms = max(SOONEST_NEXT_READ_MS, round((self.next_read - now) * 1000))
        error = None
        if self.error is not None:
            translation = msgspec.structs.asdict(self.error.in_language(language))
            error = ContractError(**translation, retry_in_ms=next_read_in_ms)
        return Contract(
            instance=None if self.instance is None else self.instance.to_wire(),
            read_at=None if self.read_at is None else _rfc3339(self.read_at),
            read_at_by=self.read_at_by,
            age_ms=self.age_ms_at(now),
            next_read_in_ms=next_read_in_ms,
            stops=self.stops_at(now),
            stop_policies=self.stop_policies,
            sessions=self.sessions,
            utilization=self.utilization,
            error=error,
            source=self.source,
            redacted=() if self.instance is None else self.instance.redacted,
            unreadable=() if self.instance is None else self.instance.unreadable,
        )


def known_for_sample(reading: Reading | None, now: float) -> dict[str, float | None]:
    """Return the arguments of `meter.Recorder.take` at `now`: what `reading` knows of them."""
    if reading is None or reading.instance is None:
        return {}
    requested = reading.instance.requested_resource
    known = {"requested_cores": requested.cpu_cores if requested else None}
    if (reading.age_ms_at(now) or 0) * reading.source.speed <= OLDEST_IDLE_MINUTES_MS:
        minutes = [stop.idle_minutes for stop in reading.stops_at(now)]
        # The most, if PAI-DSW counts several.
        known["idle_minutes"] = max((m for m in minutes if m is not None), default=None)
    return known


class ContractError(Problem, frozen=True):
    """Why the last attempt failed, and when the next one is due."""

    retry_in_ms: _Wait = SOONEST_NEXT_READ_MS
    """When the next attempt is due: milliseconds from this response."""


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """A reading as the server sends it: the REST contract.

    `python -m scripts.contract` writes `server/rest-api.yml` and the browser's types from it, with
    the docstrings. What has a default may be missing when it is received: a server of an earlier
    version has less.
    """

    instance: dict[str, Any] | None = None
    """GetInstance's own element names and nesting, secrets removed; None if none was ever read."""
    read_at: _UTC | None = None
    """When the endpoint responded, UTC, by the clock of `read_at_by`; None if it never did."""
    read_at_by: Clock = "endpoint"
    """Whose clock `read_at` is by, and the time left until a due time: the endpoint's, or, where
    its response had no `Date`, that of the machine that called it."""
    age_ms: Milliseconds | None = None
    """How long ago the request for it was sent, by a clock of the server that counts sleep."""
    next_read_in_ms: _Wait
    """In how many milliseconds the next request brings something new."""
    stops: tuple[Stop, ...] = ()
    """What will or may stop the instance, as of this response: nearest first, then those whose time
    is unknown, then those that do not count now. Empty for an instance that has ended."""
    stop_policies: PoliciesState = "not_available"
    """Whether stop policies are among `stops`: `read`; `off`, by the setting; `not_available`: they
    could not be read. Unless they were read, an empty list is not the same as no stop."""
    sessions: tuple[Session, ...] | None = None
    """The last runs of the instance, newest first; None if they were never read."""
    utilization: Utilization | None = None
    """How busy the container is, measured in it; None where it is not measured."""
    error: ContractError | None = None
    """Why the last attempt to read failed; None if it did not."""
    source: Source
    """Which endpoint, region and instance ID."""
    redacted: tuple[str, ...] = ()
    """What was removed from `instance`, by path; the values are not in the server either."""
    unreadable: tuple[str, ...] = ()
    """What was left out of `instance` since it could not be read, by path."""

    def with_utilization(self, utilization: Utilization | None) -> Self:
        """Return the same with the server's own measurement, which is newer than the reading."""
        return msgspec.structs.replace(self, utilization=utilization)

    def encode(self) -> bytes:
        """Return the JSON that a server sends."""
        return msgspec.json.encode(self)

    def to_builtins(self) -> dict[str, Any]:
        """Return the same as dicts, lists and scalars."""
        builtins: dict[str, Any] = msgspec.json.decode(self.encode())
        return builtins

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Return what a server sent. Raises `msgspec.MsgspecError`."""
        return cls.from_builtins(msgspec.json.decode(body, type=dict[str, Any]))

    @classmethod
    def from_builtins(cls, received: dict[str, Any]) -> Self:
        """Return what a server sent. Raises `msgspec.ValidationError`."""
        try:
            return msgspec.convert(received, cls)
        except msgspec.ValidationError:
            # A later version may know more kinds of stops and of ends. Those of the instance itself
            # are computed from it; the others are not known here.
            own = {"stops": (), "stop_policies": "not_available", "sessions": None}
            return msgspec.convert({**received, **own}, cls)

    def to_reading(self, now: float) -> Reading:
        """Return the reading, which a server wrote at `now` (`elapsed_seconds`) at the earliest.

        Raises `msgspec.ValidationError` if `read_at` is no date.
        """
        instance, error = None, self.error
        if self.instance is not None:
            instance = parse_instance(self.instance, self.redacted, self.unreadable)
        return Reading(
            source=self.source,
            next_read=now + self.next_read_in_ms / 1000,
            instance=instance,
            read_at=msgspec.convert(self.read_at, datetime | None),
            read_at_by=self.read_at_by,
            taken=None if self.age_ms is None else now - self.age_ms / 1000,
            # As the server merged them: what a policy knows of the instance's own stop is in there.
            merged_stops=tuple(
                _as_of_request(stop, (self.age_ms or 0) * self.source.speed) for stop in self.stops
            ),
            stop_policies=self.stop_policies,
            sessions=None if self.sessions is None else tuple(map(_clean, self.sessions)),
            utilization=self.utilization,
            error=error and Problem(error.code, error.message, error.advice, error.request_id),
        )


def _as_of_request(stop: Stop, age_ms: float) -> Stop:
    """Return the stop as it was when the instance was requested, of what a server sent of it.

    Secrets are removed here as well: what came over a wire is not taken on trust.
    """
    expression = stop.rule.expression
    if expression is not None:
        rule = msgspec.structs.replace(stop.rule, expression=without_secrets(expression))
        stop = msgspec.structs.replace(stop, rule=rule)
    if not stop.remaining_ms:  # one that is overdue stays so
        return stop
    return msgspec.structs.replace(stop, remaining_ms=stop.remaining_ms + round(age_ms))


def _clean(session: Session) -> Session:
    texts = {name: getattr(session, name) for name in ("status", "reason_code", "reason")}
    clean = {name: text and without_secrets(text) for name, text in texts.items()}
    return msgspec.structs.replace(session, **clean)


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(timezone.utc).isoformat(timespec="milliseconds")[:-6] + "Z"
