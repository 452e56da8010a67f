"""Every snippet of `docs/code.md` runs."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

import jupyter_dsw
from tests.notebook.stopping import stops_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_dsw.emulator import Emulator

PAGE = Path(__file__).parents[2] / "docs" / "code.md"
SNIPPETS = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)


@pytest.fixture(autouse=True)
def near_a_stop(own_thread: None, emulator: Emulator) -> None:
    """This process runs on an instance that is stopped in four minutes."""
    del own_thread
    emulator.change(**stops_in(4))


def snippet(part: str) -> dict[str, Any]:
    """The names that the snippet with this part in it defines."""
    (code,) = [code for code in SNIPPETS if part in code]
    names: dict[str, Any] = {}
    exec(compile(code, str(PAGE), "exec"), names)
    return names


def test_every_snippet_compiles() -> None:
    assert len(SNIPPETS) == 6
    for code in SNIPPETS:
        compile(code, str(PAGE), "exec")


def test_the_time_left_is_printed() -> None:
    assert timedelta(0) < snippet("left = jupyter_dsw.time_left()\n")["left"]


def test_an_epoch_that_does_not_fit_is_not_begun(emulator: Emulator) -> None:
    names = snippet("def train_epochs")
    begun: list[int] = []
    assert names["train_epochs"](begun.append, 3) == 3
    assert begun == [0, 1, 2]
    # Each epoch takes 10 minutes by the clock of the snippet.
    minutes = iter(range(0, 1000, 10))
    names["time"] = SimpleNamespace(monotonic=lambda: next(minutes) * 60)
    assert names["train_epochs"](begun.append, 3) == 1
    assert emulator.calls == 1


def test_the_warning_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    handle = snippet("def warn(reading, time_left)")["warn"]
    handle(jupyter_dsw.read(), timedelta(minutes=4))
    assert "will be stopped in 0:04:00" in capsys.readouterr().out


def test_the_loop_saves_between_two_steps_once() -> None:
    done: list[str] = []

    def batches() -> Iterator[int]:
        while "saved" not in done:
            yield 1
        yield from (2, 3)

    train = snippet("def train(batches, train_step, save)")["train"]
    train(batches(), lambda _batch: done.append("step"), lambda: done.append("saved"))
    assert done.count("saved") == 1
    assert done[-3:] == ["saved", "step", "step"]
