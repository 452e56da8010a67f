"""The samples of the last 24 hours: dated, bounded, and never older than they look."""

from __future__ import annotations

from datetime import timedelta

from jupyter_dsw.meter import MAX_SAMPLES, Meter, Recorder, Utilization, UtilizationSamples
from tests.clock import Clock


class Counting(Meter):
    """Counts up, from 0 percent."""

    def __init__(self) -> None:
        super().__init__()
        self.count = -1

    def measure(self, requested_cores: float | None = None) -> Utilization | None:
        self.count += 1
        if self.count == 0:
            return None
        return Utilization(cpu_percent=self.count % 101, cpu_cores=requested_cores)


def recorder() -> tuple[Recorder, Clock]:
    clock = Clock(100.0)
    return Recorder(Counting(), clock), clock


def test_the_first_call_only_begins() -> None:
    recording, _ = recorder()
    recording.take()
    assert recording.latest() is None
    assert recording.samples().samples == ()


def test_a_sample_has_its_moment_and_the_platforms_idle_minutes() -> None:
    recording, clock = recorder()
    for idle_minutes in (None, None, 3):
        recording.take(requested_cores=8, idle_minutes=idle_minutes)
        clock.now += 60
    found = recording.samples()
    assert [each.cpu_percent for each in found.samples] == [1, 2]
    assert [each.idle_minutes for each in found.samples] == [None, 3]
    ages = [found.now - each.at for each in found.samples]
    assert ages == [timedelta(minutes=2), timedelta(minutes=1)]
    latest = recording.latest()
    assert latest is not None
    assert (latest.cpu_percent, latest.cpu_cores) == (2, 8)


def test_samples_of_two_days_are_bounded_to_the_last_24_hours() -> None:
    recording, clock = recorder()
    for _ in range(2 * MAX_SAMPLES):
        recording.take()
        clock.now += 60
    found = recording.samples()
    assert len(found.samples) == MAX_SAMPLES
    assert found.now - found.samples[0].at <= timedelta(hours=24)
    # A minute apart, and the newest a minute ago.
    assert found.now - found.samples[-1].at == timedelta(minutes=1)


def test_samples_faster_than_one_a_minute_are_bounded_too() -> None:
    recording, clock = recorder()
    for _ in range(3 * MAX_SAMPLES):
        recording.take()
        clock.now += 1
    assert len(recording.samples().samples) == MAX_SAMPLES


def test_a_measurement_of_before_a_long_sleep_is_not_the_present_one() -> None:
    recording, clock = recorder()
    recording.take()
    recording.take()
    clock.now += 8 * 3600
    assert recording.latest() is None
    assert len(recording.samples().samples) == 1
    clock.now += 24 * 3600
    assert recording.samples().samples == ()


def test_what_the_server_sends_is_what_a_kernel_reads() -> None:
    recording, clock = recorder()
    for _ in range(3):
        recording.take(idle_minutes=1.5)
        clock.now += 60
    sent = recording.samples()
    assert UtilizationSamples.decode(sent.encode()) == sent
    assert sent.encode().count(b'Z"') == 3


def test_a_day_of_samples_is_sent_in_200_kilobytes() -> None:
    recording, clock = recorder()
    for _ in range(MAX_SAMPLES + 1):
        recording.take(idle_minutes=1)
        clock.now += 60
    assert len(recording.samples().encode()) < 200_000
