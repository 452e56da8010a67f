"""A reader of many answers says what a new one would, and keeps nothing of what was removed."""

from __future__ import annotations

import gc
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_dsw.instance.model import element_reader, parse_instance
from tests.instance.answers import ELEMENTS, example, put
from tests.instance.test_leniency import JSON

SECRET = "LTAI" + "readAndForgotten0"


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([path for path, _ in ELEMENTS]), JSON), max_size=4))
def test_answers_one_after_another_are_read_as_each_alone(changes: list[tuple[str, Any]]) -> None:
    reader = element_reader()
    for path, value in changes:
        answer = put(example(), path, value)
        assert parse_instance(answer, reader) == parse_instance(answer)
    assert parse_instance(example(), reader) == parse_instance(example())


def test_an_element_that_has_not_changed_is_the_same_object() -> None:
    reader = element_reader()
    before = parse_instance(example(), reader)
    after = parse_instance(put(example(), "Status", "Saving"), reader)
    assert after.datasets is before.datasets
    assert after.status == "Saving"


def test_what_was_removed_is_not_kept() -> None:
    reader = element_reader()
    parse_instance(put(example(), "InstanceName", SECRET), reader)
    seen: set[int] = set()
    held: list[Any] = [reader]
    while held:
        one = held.pop()
        if id(one) in seen or isinstance(one, type) or callable(one):
            continue
        seen.add(id(one))
        assert SECRET not in (one if isinstance(one, str) else "")
        assert SECRET.encode() not in (one if isinstance(one, bytes) else b"")
        held += gc.get_referents(one)
    assert len(seen) > 100, "looked into what it holds"
