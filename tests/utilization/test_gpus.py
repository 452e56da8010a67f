"""GPU utilization: by the functions of nvidia-ml-py, with a stand-in for the driver below them."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pynvml
import pytest

from jupyter_dsw.meter import GPU_RETRY_S, Gpus, mean_of_gpus


class Driver(ModuleType):
    """The functions of nvidia-ml-py that are used, over GPUs that a test sets."""

    NVML_GPU_UTILIZATION_SAMPLES = pynvml.NVML_GPU_UTILIZATION_SAMPLES

    def __init__(self, *percents: float | None) -> None:
        super().__init__("pynvml")
        self.percents = list(percents)
        self.kept: list[list[tuple[int, int]]] = [[] for _ in percents]
        self.begun = 0
        self.broken = False

    def nvmlInit(self) -> None:
        self.begun += 1
        if self.broken:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_DRIVER_NOT_LOADED)

    def nvmlDeviceGetCount(self) -> int:
        return len(self.percents)

    def nvmlDeviceGetHandleByIndex(self, index: int) -> int:
        return index

    def nvmlDeviceGetUtilizationRates(self, device: int) -> Any:
        percent = self.percents[device]
        if percent is None or self.broken:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)
        return SimpleNamespace(gpu=percent, memory=0)

    def nvmlDeviceGetSamples(self, device: int, kind: int, since: int) -> Any:
        assert kind == pynvml.NVML_GPU_UTILIZATION_SAMPLES
        new = [(at, value) for at, value in self.kept[device] if at > since]
        if not new:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_FOUND)
        return 1, [
            SimpleNamespace(timeStamp=at, sampleValue=SimpleNamespace(uiVal=value))
            for at, value in new
        ]


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Any:
    def install(driver: ModuleType | None) -> Any:
        monkeypatch.setitem(sys.modules, "pynvml", driver)
        return driver

    return install


def test_the_functions_are_those_of_nvidia_ml_py() -> None:
    own = [name for name in vars(Driver) if name.lower().startswith("nvml")]
    assert len(own) == 6
    assert [name for name in own if not hasattr(pynvml, name)] == []


def test_on_a_machine_without_a_driver_the_real_package_leaves_it_unknown() -> None:
    assert Gpus().percents() == ()
    assert mean_of_gpus(()) is None


def test_without_the_package_it_is_unknown(install: Any) -> None:
    install(None)
    assert Gpus().percents() == ()


def test_each_of_several_gpus_and_their_mean(install: Any) -> None:
    install(Driver(90, 0, 0, 6))
    percents = Gpus().percents()
    assert list(percents) == [90, 0, 0, 6]
    assert mean_of_gpus(percents) == 24


def test_one_that_is_unknown_leaves_the_mean_unknown_and_not_lower(install: Any) -> None:
    install(Driver(50, None))
    percents = Gpus().percents()
    assert list(percents) == [50, None]
    assert mean_of_gpus(percents) is None


def test_what_nvml_kept_since_the_last_call_counts_more_than_one_moment(install: Any) -> None:
    driver = install(Driver(0))
    driver.kept = [[(1, 100), (2, 0), (3, 80)]]
    gpus = Gpus()
    assert gpus.percents() == (60,)
    driver.kept = [[(2, 0), (3, 80), (4, 10), (5, 30)]]
    assert gpus.percents() == (20,)
    # Nothing new: the present moment.
    assert gpus.percents() == (0,)


@pytest.mark.parametrize("percent", [-1, 101, 4294967295])
def test_a_value_that_is_no_percentage_is_unknown(install: Any, percent: int) -> None:
    install(Driver(percent))
    assert Gpus().percents() == (None,)


def test_a_driver_that_is_lost_is_unknown_from_then_on(install: Any) -> None:
    driver = install(Driver(50))
    gpus = Gpus()
    assert gpus.percents() == (50,)
    driver.broken = True
    assert gpus.percents() == (None,)


def test_a_driver_that_comes_later_is_found_but_not_looked_for_each_time(install: Any) -> None:
    driver = install(Driver(50))
    driver.broken = True
    clock = SimpleNamespace(now=0.0)
    gpus = Gpus(lambda: clock.now)
    for _ in range(5):
        assert gpus.percents() == ()
    assert driver.begun == 1
    driver.broken = False
    clock.now += GPU_RETRY_S
    assert gpus.percents() == (50,)
    assert driver.begun == 2
