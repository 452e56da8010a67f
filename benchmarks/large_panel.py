"""A panel with 1,000 datasets and 1,000 snapshots, in JupyterLab, against one with 10 each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import nbformat
from nbclient import NotebookClient

from benchmarks.harness import Row, in_turns, ratio_at_most
from benchmarks.surroundings import on_an_instance
from benchmarks.windows import Window, playwright, window
from jupyter_dsw.emulator import Emulator
from jupyter_dsw.notebook.panel import MODULE
from tests.browser.fast_clock import quieten, start_clocks
from tests.browser.windows import hold_readings, open_window
from tests.lists import give_lists
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable

FEW, MANY = 10, 1000
PAINTS, TICKED = 25, 15
SPEED = 20
TICKED_MS = 1000
"""Of real time: 20 ticks."""
WORK = ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration")

# A panel as a cell's output has it. Both are in one page, whose source is shared, so each is given
# one of its own that holds still. `show` tells the milliseconds to the frame that is drawn after
# the panel was put in. The page's own clock is a fast one.
PANELS = """
async ([module, answers]) => {
    const url = URL.createObjectURL(new Blob([module], { type: 'text/javascript' }));
    const { default: widget } = await import(url);
    const place = document.createElement('div');
    place.style.cssText = 'position: fixed; inset: 0; z-index: 9; overflow: auto; background: #fff';
    const model = { get: name => (name === 'sections' ? [] : null), on: () => undefined };
    const nothing = () => undefined;
    const frame = () => new Promise(requestAnimationFrame);
    window.show = async which => {
        const reading = { answer: answers[which], at: performance.now() };
        globalThis[Symbol.for('jupyter-dsw:page-source')] = {
            state: { reading, trouble: null, asking: false },
            watch: () => nothing,
            refresh: nothing,
            heartbeat: nothing,
        };
        await frame();
        const begun = realNow();
        document.body.append(place);
        widget.render({ model, el: place });
        await frame();
        await frame();
        return realNow() - begun;
    };
    window.hide = async () => {
        place.replaceChildren();
        place.remove();
        await frame();
        await frame();
    };
}
"""
REAL_NOW = "window.realNow = performance.now.bind(performance);"


def measure() -> list[Row]:
    """Times in one page, one panel after the other; sizes of notebooks that nbclient ran."""
    sizes = {count: _sizes(count) for count in (FEW, MANY)}
    with (
        playwright() as started,
        Emulator() as emulator,
        window(started, emulator, speed=SPEED) as one,
    ):
        answers = [_answer(one, emulator, count) for count in (FEW, MANY)]
        one.page.add_init_script(REAL_NOW)
        hold_readings(one.page)
        open_window(one.page, one.lab)
        quieten(one.page)
        one.page.evaluate(PANELS, [MODULE.read_text("utf-8"), answers])
        paint = in_turns(_paint_ms(one, 1), _paint_ms(one, 0), PAINTS)
        start_clocks([one.page])
        tick = in_turns(_tick_ms(one, 1), _tick_ms(one, 0), TICKED)
    lists, against = f"panel with {MANY:,} datasets and {MANY:,} snapshots", f"with {FEW}"
    return [
        ratio_at_most(f"{lists}: a tick's script, style and layout", against, *tick, 1.2, "ms"),
        ratio_at_most(f"{lists}: time to paint", against, *paint, 2, "ms"),
        *(
            _size(f"{lists}: {name}", against, sizes[MANY][name], sizes[FEW][name])
            for name in sizes[FEW]
        ),
    ]


def _size(what: str, against: str, many: int, few: int) -> Row:
    detail = f"{many / 1000:.1f} kB against {few / 1000:.1f} kB: 20 rows against 10"
    return Row(what, against, many / few, "≤ 2: bounded", many / few <= 2, detail=detail)


def _sizes(count: int) -> dict[str, int]:
    """Bytes of a notebook with `%dsw_info`."""
    cell = nbformat.v4.new_code_cell("%dsw_info")
    notebook = nbformat.v4.new_notebook(cells=[cell])
    with on_an_instance() as emulator:
        give_lists(emulator, count)
        quiet = ["--IPKernelApp.log_level=ERROR"]
        NotebookClient(notebook, timeout=60, kernel_name="python3", extra_arguments=quiet).execute()
    with_state = len(nbformat.writes(notebook).encode())
    notebook.metadata.pop("widgets")
    without_state = len(nbformat.writes(notebook).encode())
    return {"notebook file": without_state, "notebook file with widget state": with_state}


def _answer(one: Window, emulator: Emulator, count: int) -> dict[str, Any]:
    """What the server answers a page."""
    give_lists(emulator, count)

    def read() -> dict[str, Any]:
        headers = {"Cache-Control": "no-cache"}
        answer: dict[str, Any] = one.lab.request("GET", "jupyter-dsw/v1/instance", headers=headers)
        return answer if len(answer["instance"]["Datasets"]) == count else {}

    return until(read)


def _paint_ms(one: Window, which: int) -> Callable[[], float]:
    def paint() -> float:
        took: float = one.page.evaluate("which => show(which)", which)
        one.page.evaluate("hide()")
        return took

    return paint


def _tick_ms(one: Window, which: int) -> Callable[[], float]:
    """Milliseconds of the page's thread for each tick of a panel in sight."""

    def tick() -> float:
        one.page.evaluate("which => show(which)", which)
        before = one.metrics()
        one.page.wait_for_timeout(TICKED_MS)
        after = one.metrics()
        one.page.evaluate("hide()")
        spent = sum(after[name] - before[name] for name in WORK)
        return spent * 1000 / (TICKED_MS / 1000 * SPEED)

    return tick
