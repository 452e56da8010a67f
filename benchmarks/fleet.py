"""An account's fleet of watched instances against the quota of its calls, simulated.

`python -m benchmarks.fleet --help` says how to run one scenario; docs/fleet.md what it means.
"""

from __future__ import annotations

import argparse
from bisect import bisect_left
from dataclasses import replace
from typing import TYPE_CHECKING

from benchmarks.fleet_figures import (
    FRESH_NEAR_A_STOP_S,
    FRESH_S,
    ages,
    burstiness,
    per_second,
    recovery_s,
    refused_share,
    worst_served,
)
from benchmarks.fleet_model import Record, run
from benchmarks.fleet_scenarios import MINUTE, PACE_S, SCENARIOS, RetryAfter, Scenario, nine
from benchmarks.harness import Row

if TYPE_CHECKING:
    from collections.abc import Sequence

FLEETS = (10, 100, 1000, 10_000)
QUOTAS = (1.0, 5.0, 20.0, 100.0)
# Fleets that are tried, as shares of one instance a minute for each call of the quota.
SHARES = range(5, 111, 5)
HEAD = "phase | calls/s | busiest second | refused | age p50 | p95 | p99"


def measure() -> list[Row]:
    """Bursts, refusals, freshness and the limits; counts of simulated calls, the same each time."""
    return [
        _after_an_outage(),
        _after_a_cut(),
        _after_nine(),
        _overloaded(None),
        _overloaded(1.0),
        *(_carried(quota) for quota in QUOTAS),
        _near_a_stop(),
    ]


def _after_an_outage() -> Row:
    what = "10,000 instances, 10 min without an endpoint: busiest second to the average, after it"
    record = run(SCENARIOS["outage"](Scenario(instances=10_000, quota=250)))
    phases = record.scenario.phases
    before = burstiness(record, *phases["before"])
    after = burstiness(record, *phases["10 min after"])
    detail = f"{after:.3g} against {before:.3g}; {_fresh_again(record)}"
    return Row(what, "before it", after / before, "≤ 1.5", after / before <= 1.5, detail=detail)


def _fresh_again(record: Record) -> str:
    trouble = record.scenario.trouble
    took = None if trouble is None else recovery_s(record, trouble.end)
    return f"95 % of what is seen is fresh again after {took} s"


def _after_a_cut() -> Row:
    what = "2,000 instances, 10 min at a fifth of the quota, told to wait for the next minute"
    common = Scenario(instances=2000, quota=40, window_s=MINUTE, retry_after="window")
    scenario = SCENARIOS["cut"](common)
    return _against_in_step(f"{what}: busiest second after it", scenario, "10 min after")


def _after_nine() -> Row:
    what = "2,000 pages opened within 2 s: busiest second from minute 10 on"
    scenario = nine(Scenario(instances=2000, quota=10_000))
    return _against_in_step(what, scenario, "from minute 10")


def _against_in_step(what: str, scenario: Scenario, phase: str) -> Row:
    begin, end = scenario.phases[phase]
    mine = burstiness(run(scenario), begin, end)
    theirs = burstiness(run(replace(scenario, in_step=True)), begin, end)
    detail = f"{mine:.3g} times the average against {theirs:.3g}"
    ratio = mine / theirs
    return Row(what, "the same without jitter", ratio, "≤ 0.25", ratio <= 0.25, detail=detail)


def _overloaded(retry_after: RetryAfter) -> Row:
    told = "not told when" if retry_after is None else "told to come again in 1 s"
    what = f"2,400 instances, quota half of what they want, {told}: calls to the quota"
    scenario = Scenario(instances=2400, quota=20, retry_after=retry_after, until=60 * MINUTE)
    record = run(scenario)
    phase = scenario.phases["at rest"]
    ratio = per_second(record, *phase) / scenario.quota
    p50, p95, p99 = ages(record, *phase, 0.5, 0.95, 0.99)
    detail = (
        f"{refused_share(record, *phase):.0%} refused; age of what is seen {p50} s, p95 {p95} s, "
        f"p99 {p99} s; the worst-served twentieth has {worst_served(record):.0%} of the average"
    )
    return Row(what, "", ratio, "≤ 4", ratio <= 4, detail=detail)


def _carried(quota: float) -> Row:
    fleet = largest(Scenario(quota=quota, until=15 * MINUTE), "at rest", FRESH_S)
    what = f"watched instances that {quota:g} calls/s carry at rest"
    share = fleet / (quota * PACE_S)
    return Row(what, "60 for each call/s", share, "stated", None, detail=f"{fleet:,} instances")


def _near_a_stop() -> Row:
    scenario = Scenario(quota=20, stop_at=15 * MINUTE, until=15 * MINUTE)
    near = largest(scenario, "last 9 min", FRESH_NEAR_A_STOP_S)
    rest = largest(replace(scenario, stop_at=None), "at rest", FRESH_S)
    what = "watched instances that 20 calls/s carry before a stop of all of them"
    detail = f"{near:,} against {rest:,} instances"
    return Row(what, "at rest", near / rest, "stated", None, detail=detail)


def largest(common: Scenario, phase: str, fresh_s: int) -> int:
    """The largest fleet, to 5 % of 60 for each call/s, of which 99 % of what is seen is fresh."""

    def fleet(percent: int) -> int:
        return round(percent / 100 * common.quota * PACE_S)

    def is_late(percent: int) -> bool:
        scenario = replace(common, instances=fleet(percent))
        (p99,) = ages(run(scenario), *scenario.phases[phase], 0.99)
        return p99 > fresh_s

    carried = bisect_left(SHARES, True, key=is_late)
    return fleet(SHARES[carried - 1]) if carried else 0


def lines(record: Record) -> list[str]:
    """The table of a run, a line for each phase."""
    scenario = record.scenario
    found = [HEAD, " | ".join(["---"] * 7)]
    for name, (begin, end) in scenario.phases.items():
        p50, p95, p99 = ages(record, begin, end, 0.5, 0.95, 0.99)
        rate, busiest = per_second(record, begin, end), burstiness(record, begin, end)
        refused = refused_share(record, begin, end)
        calls = f"{rate:.4g} | {busiest:.1f} x | {refused:.0%}"
        found.append(f"{name} | {calls} | {p50} s | {p95} s | {p99} s")
    found += ["", f"wanted at rest: {scenario.load:.0%} of the quota"]
    if scenario.trouble is not None:
        found.append(_fresh_again(record))
    if scenario.watched >= 1:
        served = f"{worst_served(record):.0%} of the average"
        found.append(f"readings of the worst-served twentieth of the instances: {served}")
    return found


def sweep() -> list[str]:
    """The table of all fleets and quotas at rest."""
    found = ["instances | quota | wanted | calls/s | refused | age p50 | p95 | p99"]
    found.append(" | ".join(["---"] * 8))
    for instances in FLEETS:
        for quota in QUOTAS:
            scenario = Scenario(instances=instances, quota=quota)
            record, phase = run(scenario), scenario.phases["at rest"]
            p50, p95, p99 = ages(record, *phase, 0.5, 0.95, 0.99)
            rate, refused = per_second(record, *phase), refused_share(record, *phase)
            fleet = f"{instances:,} | {quota:g} /s | {scenario.load:.0%}"
            found.append(f"{fleet} | {rate:.3g} | {refused:.0%} | {p50} s | {p95} s | {p99} s")
    return found


def _retry_after(text: str) -> RetryAfter:
    if text in ("none", "window"):
        return "window" if text == "window" else None
    return float(text)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.fleet", description=__doc__)
    add = made.add_argument
    add("--scenario", choices=SCENARIOS, default="rest", help=_scenarios())
    add("--instances", type=int, default=1000, help="in the account (1000)")
    add("--quota", type=float, default=20.0, help="calls a second that it may make (20)")
    add("--window", type=float, default=1.0, help="seconds in which the quota is counted (1)")
    told = 'what a refused call is told: seconds, "window" for the rest of it, or "none" (none)'
    add("--retry-after", type=_retry_after, default=None, help=told)
    add("--watched", type=float, default=1.0, help="share of the instances that are watched (1)")
    add("--by-kernels", action="store_true", help="asked by kernels, not by pages")
    add("--in-step", action="store_true", help="without any jitter")
    add("--seed", type=int, default=1, help="of all that is left to chance (1)")
    add("--sweep", action="store_true", help="all fleets and quotas at rest, nothing else")
    return made


def _scenarios() -> str:
    told = (f"{name}: {build.__doc__}" for name, build in SCENARIOS.items())
    return "what happens. " + " ".join(told) + " (rest)"


def main(words: Sequence[str] | None = None) -> None:
    """Run what the command line says, and print its table."""
    said = parser().parse_args(words)
    if said.sweep:
        print("\n".join(sweep()))
        return
    common = Scenario(
        instances=said.instances,
        quota=said.quota,
        window_s=said.window,
        retry_after=said.retry_after,
        watched=said.watched,
        by_kernels=said.by_kernels,
        in_step=said.in_step,
        seed=said.seed,
    )
    print("\n".join(lines(run(SCENARIOS[said.scenario](common)))))


if __name__ == "__main__":
    main()
