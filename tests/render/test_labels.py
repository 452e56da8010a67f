"""An element has one label: `labels.json` is the table, which the panel's test reads too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jupyter_dsw.model.elements import SNAPSHOT_STATUSES
from jupyter_dsw.model.instance import STATUSES, parse_instance
from jupyter_dsw.model.sessions import Session
from jupyter_dsw.model.stops import Stop
from jupyter_dsw.reading import Reading
from jupyter_dsw.render.stops import decided_by
from jupyter_dsw.render.values import ending
from jupyter_dsw.render.view import SECTIONS, view_model
from jupyter_dsw.upstream.settings import Source
from tests.model.responses import example, put

TABLE = json.loads((Path(__file__).parent / "labels.json").read_text("utf-8"))


def shown(response: dict[str, Any]) -> dict[str, str]:
    """Labels, headings of tables, and what stands next to or under them."""
    reading = Reading(source=Source(), next_read=60.0, instance=parse_instance(response))
    sections = view_model(
        reading, [each for each in SECTIONS if each != "timers"], now=0.0
    ).sections
    values = {fact.label: fact.value for section in sections for fact in section.facts}
    for section in sections:
        if section.table:
            # A table under other facts has no heading but its first column's. "Datasets (2)".
            heading = section.table.columns[0] if section.facts else section.title
            values[heading.partition(" (")[0]] = str(section.table)
    return values


@pytest.mark.parametrize("element", TABLE["elements"])
def test_an_element_stands_next_to_its_label(element: str) -> None:
    label, value = TABLE["elements"][element]
    before, after = shown(example()), shown(put(example(), element, value))
    assert before.get(label) != after[label]


def test_the_table_has_every_label() -> None:
    everything = example()
    for element, (_, value) in TABLE["elements"].items():
        everything = put(everything, element, value)
    labels = {label for label, _ in TABLE["elements"].values()} | {*TABLE["only_in_text"]}
    assert shown(everything).keys() - labels == set()


def test_statuses_have_their_labels() -> None:
    assert dict[str, str](STATUSES) == TABLE["statuses"]
    assert dict[str, str](SNAPSHOT_STATUSES) == TABLE["snapshot_statuses"]


@pytest.mark.parametrize("ended_by", TABLE["endings"])
def test_what_ends_a_run_has_its_label(ended_by: Any) -> None:
    assert ending(Session(ended_by=ended_by)) == TABLE["endings"][ended_by]


@pytest.mark.parametrize("decider", TABLE["decided_by"])
def test_who_decides_on_a_stop_has_its_label(decider: Any) -> None:
    shown = [
        decided_by(Stop(kind=kind, decided_by=decider, state="armed"))
        for kind in ("idle", "scheduled")
    ]
    assert shown == TABLE["decided_by"][decider]
