"""A `Reading`: the instance, when it was taken, what went wrong since; and the REST contract."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import msgspec

from jupyter_dsw.clock import elapsed_seconds
from jupyter_dsw.i18n import Language, translated
from jupyter_dsw.model.instance import Instance, instance_from_wire
from jupyter_dsw.model.stops import Countdowns, countdowns
from jupyter_dsw.upstream.settings import Source

if TYPE_CHECKING:
    from typing_extensions import Self

    from jupyter_dsw.upstream.errors import DSWError

Clock: TypeAlias = Literal["endpoint", "local"]

# `next_read_in_ms` is never below this, so that nobody asks in a tight loop.
SOONEST_NEXT_READ_MS = 1000


class Problem(msgspec.Struct, frozen=True):
    """Why the last attempt failed, and what a person can do about it."""

    code: str
    message: str
    advice: str
    request_id: str | None = None

    @classmethod
    def of(cls, error: DSWError) -> Problem:
        """The secret-free parts of `error`."""
        return cls(error.code, error.message, error.advice, error.request_id)

    def in_language(self, language: Language) -> Problem:
        """The same problem told in a language."""
        return msgspec.structs.replace(
            self,
            message=translated(self.message, language),
            advice=translated(self.advice, language),
        )


class Reading(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """What is known of the instance, since when, and what went wrong since.

    `taken` and `next_read` are seconds of `elapsed_seconds`, so that ages and countdowns stay right
    whatever happens to the wall clock, and while the machine sleeps.
    """

    source: Source
    """Which endpoint, region and instance id."""
    next_read: float
    """When asking again brings something new (`elapsed_seconds`)."""
    instance: Instance | None = None
    """The last good answer; None if there never was one."""
    read_at: datetime | None = None
    """When the endpoint responded with that (aware, UTC), by the clock of `read_at_by`."""
    read_at_by: Clock = "endpoint"
    """Whose clock `read_at` is by, and with it the time left until a due time. "local" is that of
    the machine that called the endpoint, where the response had no `Date`."""
    taken: float | None = None
    """When the request for it was sent (`elapsed_seconds`): what was left then is left at most."""
    error: Problem | None = None
    """Why the last attempt to read failed; None if it did not."""

    def age_ms_at(self, now: float) -> int | None:
        """Milliseconds since the instance was read, at `now` (`elapsed_seconds`)."""
        return None if self.taken is None else max(0, round((now - self.taken) * 1000))

    def countdowns_at(self, now: float) -> Countdowns | None:
        """Both countdowns at `now` (`elapsed_seconds`); None if nothing was ever read."""
        if self.instance is None:
            return None
        elapsed_ms = round((self.age_ms_at(now) or 0) * self.source.speed)
        return countdowns(self.instance, answered_at=self.read_at, elapsed_ms=elapsed_ms)

    @property
    def age(self) -> timedelta | None:
        """How long ago the instance was read; None if it never was."""
        age_ms = self.age_ms_at(elapsed_seconds())
        return None if age_ms is None else timedelta(milliseconds=age_ms)

    @property
    def countdowns(self) -> Countdowns | None:
        """The idle and the scheduled stop as of now; None if nothing was ever read."""
        return self.countdowns_at(elapsed_seconds())

    def answer(self, now: float, language: Language = "en") -> dict[str, Any]:
        """This reading at `now` (`elapsed_seconds`) as the REST contract has it: JSON builtins.

        `language` is that of the error's words.
        """
        answer: dict[str, Any] = msgspec.json.decode(self.answer_json(now, language))
        return answer

    def answer_json(self, now: float, language: Language = "en") -> bytes:
        """The same as JSON. What stays as it is is encoded once for all answers of a reading."""
        next_read_in_ms = max(SOONEST_NEXT_READ_MS, round((self.next_read - now) * 1000))
        error = None
        if self.error is not None:
            told = msgspec.structs.asdict(self.error.in_language(language))
            error = told | {"retry_in_ms": next_read_in_ms}
        passing = {
            "age_ms": self.age_ms_at(now),
            "next_read_in_ms": next_read_in_ms,
            "countdowns": self.countdowns_at(now),
            "error": error,
        }
        # Two objects become one.
        return msgspec.json.encode(passing)[:-1] + b"," + self._lasting_json[1:]

    @cached_property
    def _lasting_json(self) -> bytes:
        lasting = {
            "read_at": None if self.read_at is None else _rfc3339(self.read_at),
            "read_at_by": self.read_at_by,
            "source": self.source,
            "redacted": [] if self.instance is None else self.instance.redacted,
            "unreadable": [] if self.instance is None else self.instance.unreadable,
            "instance": self.instance and self.instance.wire_json,
        }
        return msgspec.json.encode(lasting)

    @classmethod
    def from_answer(cls, answer: dict[str, Any], now: float) -> Self:
        """The reading that a server sent as `answer`.

        It wrote that at `now` (`elapsed_seconds` of this process) at the earliest.

        Raises `msgspec.ValidationError` if `answer` is not of the contract's form.
        """
        sent = msgspec.convert(answer, _Answer)
        instance = None
        if sent.instance is not None:
            instance = instance_from_wire(sent.instance, sent.redacted, sent.unreadable)
        return cls(
            source=sent.source,
            next_read=now + sent.next_read_in_ms / 1000,
            instance=instance,
            read_at=sent.read_at,
            read_at_by=sent.read_at_by,
            taken=None if sent.age_ms is None else now - sent.age_ms / 1000,
            error=sent.error,
        )


class _Answer(msgspec.Struct):
    """The REST contract as it is received; what can be computed again is not read."""

    source: Source
    next_read_in_ms: int
    instance: dict[str, Any] | None = None
    read_at: datetime | None = None
    read_at_by: Clock = "endpoint"
    age_ms: int | None = None
    error: Problem | None = None
    redacted: list[str] = []
    unreadable: list[str] = []


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(timezone.utc).isoformat(timespec="milliseconds")[:-6] + "Z"
