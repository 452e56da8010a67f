"""An instance over time, read again and again, and the messages that its watchers send."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_dsw.model.instance import parse_instance
from jupyter_dsw.notify.changes import compare
from jupyter_dsw.notify.messages import Subject
from jupyter_dsw.notify.record import Reported
from jupyter_dsw.notify.settings import NotifySettings
from jupyter_dsw.reading import Problem, Reading
from jupyter_dsw.upstream.settings import Source

if TYPE_CHECKING:
    from jupyter_dsw.model.stops import PoliciesState, Stop

BEGIN = datetime(2025, 11, 26, 12, 0, tzinfo=timezone.utc)
SOURCE = Source(region="cn-hangzhou", instance_id="dsw-0123456789", endpoint="pai-dsw.example")
IDLE_LIMIT = 60


def idle(minutes: float, limit: float = IDLE_LIMIT) -> dict[str, Any]:
    culler = {"MaxIdleTimeInMinutes": limit, "IdleTimeInMinutes": minutes}
    return {"IdleInstanceCuller": {**culler, "CpuPercentThreshold": 10}}


def scheduled(due: datetime, now: datetime) -> dict[str, Any]:
    left_ms = max(0, round((due - now).total_seconds() * 1000))
    return {"InstanceShutdownTimer": {"DueTime": due.isoformat(), "RemainingTimeInMs": left_ms}}


@dataclass
class Story:
    """The clock, what is recorded, and what was sent so far."""

    settings: NotifySettings = field(default_factory=NotifySettings)
    minute: float = 0.0
    reported: Reported = field(default_factory=Reported)
    sent: list[tuple[float, str, str]] = field(default_factory=list)
    """The minute, the title and the body."""
    next_at: float | None = None
    written: int = 0
    """How often there was something to record."""
    source: Source = SOURCE

    @property
    def now(self) -> datetime:
        return BEGIN + timedelta(minutes=self.minute)

    def reading(
        self,
        response: dict[str, Any],
        *,
        age_s: float = 0.0,
        policies: tuple[Stop, ...] | None = None,
        state: PoliciesState = "not_available",
        error: Problem | None = None,
    ) -> Reading:
        instance = {"InstanceId": "dsw-0123456789", "InstanceName": "vision", "Status": "Running"}
        taken = self.minute * 60 - age_s
        return Reading(
            source=self.source,
            next_read=self.minute * 60 + 60,
            instance=parse_instance({**instance, **response}),
            read_at=self.now - timedelta(seconds=age_s),
            taken=taken,
            policy_stops=policies or (),
            stop_policies=state if policies is None else "read",
            error=error,
        )

    def read(self, minute: float, response: dict[str, Any], **how: Any) -> list[str]:
        """Compare a reading of that minute; return the titles of what is sent for it.

        What is recorded goes through its file each time, as if every process read but once.
        """
        self.minute = minute
        reading = self.reading(response, **how)
        comparison = compare(self.reported, Subject(reading, self.settings), minute * 60)
        self.written += comparison.reported is not self.reported
        encoded = msgspec.json.encode(comparison.reported)
        self.reported = msgspec.json.decode(encoded, type=Reported)
        self.next_at = comparison.next_at
        texts = [message.text_at(minute * 60) for message in comparison.messages]
        new = [(minute, *each) for each in texts if each is not None]
        self.sent += new
        return [title for _, title, _ in new]
