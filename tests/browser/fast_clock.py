"""Pages whose time runs faster: `Date`, `performance.now`, `setTimeout` and `setInterval`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from playwright.sync_api import Page

# Fast from the moment `startsAt` of the wall clock on, the same in all tabs. Delays under 200 ms
# stand for the way of a message, which is no faster.
_SCRIPT = """
(() => {
    const speed = SPEED;
    const [now, real] = [performance.now.bind(performance), Date.now];
    const [later, often] = [setTimeout, setInterval];
    const begun = real() - now();
    const wall = () => {
        const ahead = real() - (window.startsAt ?? Infinity);
        return real() + Math.max(0, ahead) * (speed - 1);
    };
    const shorter = ms => (window.startsAt === undefined || !(ms >= 200) ? ms : ms / speed);
    performance.now = () => now() + (wall() - real());
    Date.now = wall;
    window.setTimeout = (call, ms, ...rest) => later(call, shorter(ms), ...rest);
    window.setInterval = (call, ms, ...rest) => often(call, shorter(ms), ...rest);
})();
"""


# Its polls are private: they are looked for in all that belongs to the application.
_QUIETEN = """
() => {
    const seen = new Set(), ahead = [jupyterapp];
    while (ahead.length) {
        const one = ahead.pop();
        if (typeof one !== 'object' || !one || seen.has(one)) continue;
        if (one === window || one instanceof Node) continue;
        seen.add(one);
        if (one instanceof Map || one instanceof Set) ahead.push(...one.keys(), ...one.values());
        const own = Object.values(Object.getOwnPropertyDescriptors(one));
        ahead.push(...own.map(({ value }) => value));
        if (one.standby && one.frequency && !one.name.startsWith('jupyter-dsw:')) {
            one.frequency = { backoff: false, interval: Infinity, max: Infinity };
            void one.stop();
        }
    }
}
"""


def fast_clock(speed: float) -> str:
    """The script that has to run before a page's own ones."""
    return _SCRIPT.replace("SPEED", str(speed))


def quieten(page: Page) -> None:
    """Stop JupyterLab's own polling, which would be so many times as much: all but ours."""
    page.evaluate(_QUIETEN)


def start_clocks(pages: Iterable[Page]) -> None:
    """Let the time of all of them run fast, from the same moment on, and wait for that."""
    begins_at = time.time() * 1000 + 1000
    for page in pages:
        page.evaluate("startsAt => { window.startsAt = startsAt; }", begins_at)
    for page in pages:
        page.wait_for_function("Date.now() > window.startsAt")
