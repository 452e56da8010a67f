"""The server samples this container's utilization once a minute, without any call of the API."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from jupyter_dsw.clock import elapsed_seconds
from jupyter_dsw.meter import Meter, Recorder, Utilization
from jupyter_dsw.server.sampler import Sampler
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable
    from logging import Logger

    from jupyter_dsw.emulator import Emulator

PEOPLE = "jupyter-dsw/v1/instance"
SAMPLES = "jupyter-dsw/v1/utilization"
KERNEL_SAMPLES = "jupyter-dsw/v1/kernel/utilization"


async def body(jp_fetch: Any, path: str) -> Any:
    return json.loads((await jp_fetch(path)).body)


async def sampled(jp_fetch: Any) -> Any:
    """The samples as soon as there is one."""
    while not (found := await body(jp_fetch, SAMPLES))["samples"]:
        await asyncio.sleep(0.1)
    return found


async def test_a_new_server_soon_has_its_first_sample(jp_fetch: Any, emulator: Emulator) -> None:
    found = await sampled(jp_fetch)
    sample = found["samples"][0]
    assert 0 <= sample["cpu_percent"] <= 100
    assert sample["at"] <= found["now"]
    assert found["between_ms"] == 60_000
    # Nothing was read of the instance for that, so its idle minutes are not known.
    assert sample["idle_minutes"] is None
    assert emulator.calls == 0


async def test_a_reading_has_the_latest_measurement(
    jp_fetch: Any, jp_serverapp: Any, contract: Callable[[Any], None]
) -> None:
    extension = jp_serverapp.web_app.settings["jupyter_dsw"]
    extension.recorder = Recorder(Busy())
    before = await body(jp_fetch, PEOPLE)
    assert before["utilization"] is None
    extension.recorder.take()
    # The reading is still fresh; the measurement is newer.
    after = await body(jp_fetch, PEOPLE)
    contract(after)
    assert after["read_at"] == before["read_at"]
    assert after["utilization"]["cpu_percent"] == 50


async def test_a_sample_has_the_idle_minutes_that_were_read_before_it(
    jp_fetch: Any, jp_serverapp: Any, emulator: Emulator
) -> None:
    emulator.change(IdleInstanceCuller={"IdleTimeInMinutes": 7, "MaxIdleTimeInMinutes": 60})
    await jp_fetch(PEOPLE)
    extension = jp_serverapp.web_app.settings["jupyter_dsw"]
    meter = Busy()
    recorder = Recorder(meter)
    sampler = Sampler(recorder, lambda: extension._last_reading, extension.log)
    sampler.take()
    # Of an old reading they are not those of a later sample.
    old = elapsed_seconds() - 600
    extension._last_reading = msgspec.structs.replace(extension._last_reading, taken=old)
    sampler.take()
    samples = recorder.samples().samples
    assert [each.idle_minutes for each in samples] == [7, None]
    # What the instance requested is what it was, however old.
    assert meter.requested_cores


async def test_kernels_get_the_same_samples(
    jp_fetch: Any, http_server_client: Any, jp_base_url: str, connection: dict[str, str]
) -> None:
    people = await sampled(jp_fetch)
    token = {"X-Jupyter-DSW-Kernel-Token": connection["token"]}
    response = await http_server_client.fetch(jp_base_url + KERNEL_SAMPLES, headers=token)
    assert (
        json.loads(response.body)["samples"][0]["cpu_percent"]
        == (people["samples"][0]["cpu_percent"])
    )
    assert response.headers["Cache-Control"] == "no-store"


async def test_a_day_of_samples_comes_as_it_is_described(jp_fetch: Any, jp_serverapp: Any) -> None:
    now = 0.0
    recorder = Recorder(Busy(), lambda: now)
    for _ in range(3000):
        recorder.take(idle_minutes=5)
        now += 60
    jp_serverapp.web_app.settings["jupyter_dsw"].recorder = recorder
    response = await jp_fetch(SAMPLES)
    assert len(json.loads(response.body)["samples"]) == 1440
    assert len(response.body) < 250_000


class Busy(Meter):
    """Reads the same each time."""

    requested_cores: float | None = None

    def measure(self, requested_cores: float | None = None) -> Utilization | None:
        self.requested_cores = requested_cores
        return Utilization(cpu_percent=50, gpu_percent=25.5, gpu_percents=(25.5,))


def sampling_threads() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name == "jupyter-dsw-sampler"]


async def test_sampling_ends_with_the_server(jp_fetch: Any, jp_serverapp: Any) -> None:
    await sampled(jp_fetch)
    assert len(sampling_threads()) == 1
    await jp_serverapp.web_app.settings["jupyter_dsw"].stop_extension()
    until(lambda: not sampling_threads())


def test_a_fault_while_sampling_is_logged_and_the_next_sample_is_taken(
    caplog: pytest.LogCaptureFixture,
) -> None:
    import logging

    taken = threading.Event()
    faults = iter([True])

    def last_reading() -> None:
        if next(faults, False):
            msg = "with a secret in it"
            raise ValueError(msg)
        taken.set()

    class Quick(Recorder):
        between_s = 0.02

    log: Logger = logging.getLogger("sampling")
    sampler = Sampler(Quick(), last_reading, log)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("jupyter_dsw.server.sampler.FIRST_SAMPLE_S", 0.01)
        sampler.start()
        assert taken.wait(60)
        sampler.stop()
        until(lambda: not sampling_threads())
    assert "ValueError while measuring" in caplog.text
    assert "secret" not in caplog.text


def test_without_a_thread_the_server_works_all_the_same(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    import logging

    def no_more(_thread: threading.Thread) -> None:
        msg = "can't start new thread"
        raise RuntimeError(msg)

    recorder = Recorder()
    sampler = Sampler(recorder, lambda: None, logging.getLogger("sampling"))
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", no_more)
        sampler.start()
    assert recorder.latest() is None
    assert recorder.samples().samples == ()
    assert "no thread can be started" in caplog.text
