"""Small trainings with each framework: they save before a stop, and resume as if nothing happened.

What is compared is every loss after the checkpoint, and the weights at the end: they are equal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integrations.frameworks.running import TORCHRUN, Training
from tests.integrations.frameworks.trainings.common import MINUTES
from tests.notebook.stopping import NO_STOP, stops_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from jupyter_dsw.emulator import Emulator

FRAMEWORKS = {
    "transformers": ("with_transformers", "--evaluate-every=16"),
    "lightning": ("with_lightning", "--package=lightning"),
    "pytorch_lightning": ("with_lightning", "--package=pytorch_lightning"),
    "accelerate": ("with_accelerate",),
    "torch": ("with_torch",),
}
# All but the one whose callback differs from another's by its base class only.
DIFFERENT = [name for name in FRAMEWORKS if name != "pytorch_lightning"]
SAVED = "A checkpoint was saved before the stop"
STOPPED = {**NO_STOP, "Status": "Stopping"}

pytestmark = [
    pytest.mark.usefixtures("environment"),
    pytest.mark.timeout(900),
]


@pytest.fixture(scope="module", params=FRAMEWORKS)
def framework(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def start(framework: str, tmp_path: Path) -> Callable[..., Training]:
    """Start this framework's training, in a folder of its own unless another is given."""
    name, *options = FRAMEWORKS[framework]

    def start(
        *more: str, folder: Path = tmp_path / "run", launcher: tuple[str, ...] = ()
    ) -> Training:
        return Training(name, folder, *options, *more, launcher=launcher)

    return start


@pytest.fixture(scope="module")
def uninterrupted(
    framework: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[int, float], str]:
    """The losses and the weights of a run without any stop."""
    name, *options = FRAMEWORKS[framework]
    with Training(name, tmp_path_factory.mktemp(framework), *options) as training:
        training.ends()
    losses = training.losses()
    assert len(set(losses.values())) > 20
    return losses, training.weights()


def resumes_after(step: int, training: Training, expected: tuple[dict[int, float], str]) -> None:
    """The training continues after `step`, with the losses and weights of the uninterrupted one."""
    training.ends()
    losses, weights = expected
    assert training.losses() == {each: loss for each, loss in losses.items() if each > step}
    assert training.weights() == weights


def test_killed_at_the_stop_it_resumes_from_its_checkpoint(
    start: Callable[..., Training],
    emulator: Emulator,
    uninterrupted: tuple[dict[int, float], str],
) -> None:
    emulator.change(**NO_STOP)
    with start("--at=10=called-off", "--at=21=near", "--at=30=line") as training:
        training.shows("waits at 10")
        emulator.change(**stops_in(MINUTES - 10))
        training.shows("is near")
        emulator.change(**NO_STOP)
        training.shows("waits at 21")
        assert SAVED not in training.output, "the stop was called off"
        emulator.change(**stops_in(MINUTES - 5))
        training.shows(SAVED)
        training.shows("waits at 30")
        emulator.change(**STOPPED)
        training.kill()
    assert training.output.count(SAVED) == 1
    emulator.change(**NO_STOP)
    with start("--resume") as resumed:
        resumes_after(21, resumed, uninterrupted)


@pytest.mark.parametrize("framework", DIFFERENT, indirect=True, scope="module")
def test_killed_in_an_evaluation_it_has_saved_there(
    start: Callable[..., Training],
    emulator: Emulator,
    uninterrupted: tuple[dict[int, float], str],
) -> None:
    emulator.change(**NO_STOP)
    with start("--at=evaluation=near", "--at=evaluation=line") as training:
        training.shows("waits at evaluation")
        emulator.change(**stops_in(MINUTES - 5))
        training.shows(SAVED)
        emulator.change(**STOPPED)
        training.kill()
    emulator.change(**NO_STOP)
    with start("--resume") as resumed:
        resumes_after(16, resumed, uninterrupted)


@pytest.mark.parametrize("framework", DIFFERENT, indirect=True, scope="module")
def test_a_training_that_is_to_end_ends_after_the_checkpoint(
    start: Callable[..., Training],
    emulator: Emulator,
    uninterrupted: tuple[dict[int, float], str],
) -> None:
    emulator.change(**NO_STOP)
    with start("--at=21=near", "--end-training") as training:
        training.shows("waits at 21")
        emulator.change(**stops_in(MINUTES - 5))
        training.ends()
    assert SAVED in training.output
    assert max(training.losses()) == 21
    emulator.change(**NO_STOP)
    with start("--resume", "--end-training") as resumed:
        resumes_after(21, resumed, uninterrupted)


@pytest.mark.parametrize("framework", DIFFERENT, indirect=True, scope="module")
def test_two_processes_save_together_and_resume(
    start: Callable[..., Training], emulator: Emulator, tmp_path: Path
) -> None:
    # They agree at the steps 1, 2, 4, 8, …: the epochs end at others.
    samples = ["--samples=72"]
    emulator.change(**NO_STOP)
    with start(*samples, folder=tmp_path / "complete", launcher=TORCHRUN) as training:
        training.ends()
    expected = training.losses(), training.weights()
    with start(*samples, "--at=5=near", "--at=24=line", launcher=TORCHRUN) as training:
        training.shows("waits at 5")
        emulator.change(**stops_in(MINUTES - 5))
        training.shows(SAVED)
        training.shows("waits at 24")
        emulator.change(**STOPPED)
        training.kill()
    assert training.output.count(SAVED) == 1
    emulator.change(**NO_STOP)
    with start(*samples, "--resume", launcher=TORCHRUN) as resumed:
        resumed.ends()
    # Processes agree every few steps.
    assert 6 <= min(resumed.losses()) <= 9
    resumes_after(min(resumed.losses()) - 1, resumed, expected)
