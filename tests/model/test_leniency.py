"""An odd field costs itself and nothing else, whatever it is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example as example_of
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_dsw.model.decoding import MAX_ITEMS, MAX_NAMES, MAX_TEXT
from jupyter_dsw.model.instance import Instance, parse_instance
from jupyter_dsw.reading import Reading
from jupyter_dsw.render.html import to_html
from jupyter_dsw.render.text import to_text
from jupyter_dsw.render.view import view_model
from jupyter_dsw.upstream.settings import Source
from tests.model.responses import ELEMENTS, example, instance, put, top_of

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=20)
    | st.sampled_from(["30", "true", "2021-01-12T14:36:01Z", "{}", '{"a": [', "\ud800", "8Gi"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


def _shown(read: Instance) -> str:
    reading = Reading(source=Source(), next_read=60.0, instance=read)
    model = view_model(reading, ["all"], now=0.0)
    return to_text(model) + to_html(model) + repr(read)


@settings(max_examples=250, deadline=None)
@given(path=st.sampled_from([path for path, _ in ELEMENTS]), value=JSON)
@example_of(path="PodIps[].Type", value=-1)
@example_of(path="UserVpc.ForwardInfos[].ConnectInfo.Internet.Endpoint", value=-3)
@example_of(path="InstanceName", value=10**5000)
def test_any_value_at_any_element_costs_at_most_that_element(path: str, value: Any) -> None:
    read = parse_instance(put(example(), path, value))
    wire = read.to_wire()
    json.dumps(wire, allow_nan=False).encode()
    assert parse_instance(wire, read.redacted, read.unreadable) == read
    _shown(read).encode()

    top = top_of(path)
    unharmed = instance().to_wire()
    assert {name: each for name, each in wire.items() if name != top} == {
        name: each for name, each in unharmed.items() if name != top
    }


@settings(max_examples=60, deadline=None)
@given(response=st.dictionaries(st.sampled_from([p for p, _ in ELEMENTS if "." not in p]), JSON))
def test_a_response_odd_throughout_is_read_all_the_same(response: dict[str, Any]) -> None:
    _shown(parse_instance(response)).encode()


@pytest.mark.parametrize(
    ("path", "value", "lost"),
    [
        ("InstanceName", {"a": 1}, "InstanceName"),
        ("Priority", True, "Priority"),
        ("Priority", 1.5, "Priority"),
        ("Priority", "high", "Priority"),
        ("Priority", 10**400, "Priority"),
        ("Priority", float("nan"), "Priority"),
        ("UserVpc", [], "UserVpc"),
        ("Datasets", {}, "Datasets"),
        ("Datasets[].Dynamic", "perhaps", "Datasets[0].Dynamic"),
        ("Datasets[].MountPath", ["/mnt"], "Datasets[0].MountPath"),
        ("CloudDisks[].Status.Usage", [], "CloudDisks[0].Status.Usage"),
        (
            "CredentialConfig.Configs[].Roles[].RoleArn",
            False,
            "CredentialConfig.Configs[0].Roles[0].RoleArn",
        ),
        ("MigrationOptions.test", float("inf"), "MigrationOptions.test"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_place(path: str, value: Any, lost: str) -> None:
    assert parse_instance(put(example(), path, value)).unreadable == (lost,)


def test_an_odd_item_of_a_list_leaves_the_others() -> None:
    good = example()["Datasets"][0]
    read = instance(Datasets=[5, good, None, good])
    assert [dataset.mount_path for dataset in read.datasets] == ["/mnt/data", "/mnt/data"]
    assert read.unreadable == ("Datasets[0]", "Datasets[2]")


@pytest.mark.parametrize(
    ("path", "value", "attribute", "expected"),
    [
        ("Priority", "30", "priority", 30),
        ("Priority", 30.0, "priority", 30),
        ("Priority", "", "priority", None),
        ("WorkspaceId", 40823, "workspace_id", "40823"),
        ("Success", "True", "success", True),
    ],
)
def test_unambiguous_values_of_another_type_are_taken(
    path: str, value: Any, attribute: str, expected: Any
) -> None:
    read = parse_instance(put(example(), path, value))
    assert getattr(read, attribute) == expected
    assert read.unreadable == ()


def test_deep_nesting_is_dropped_where_it_gets_too_deep() -> None:
    deep: Any = "bottom"
    for _ in range(1000):
        deep = {"a": [deep]}
    read = instance(MigrationOptions=deep, Datasets=[deep], InstanceName=deep)
    assert read.unreadable
    assert read.status == "Running"
    json.dumps(read.to_wire())


def test_deeply_nested_options_are_removed_whole() -> None:
    options = '{"a":' * 100_000 + "1" + "}" * 100_000
    read = parse_instance({"Datasets": [{"Options": options}, {"Options": options[:60_000]}]})
    assert [each.mount_options for each in read.datasets] == [{}, {}]
    assert "a" not in (read.datasets[0].options or "").replace("redacted", "")


def test_giant_lists_are_cut_and_the_rest_is_read() -> None:
    read = instance(
        Datasets=[{"MountPath": "/mnt/data"}] * 100_000,
        EnvironmentVariables={f"name{index}": "x" for index in range(100_000)},
        Tags=[7] * 100_000,
    )
    assert len(read.datasets) == MAX_ITEMS
    assert "Datasets[1000:]" in read.unreadable
    assert len(read.environment_variables) == MAX_ITEMS
    assert len(read.unreadable) <= MAX_NAMES
    assert len(read.redacted) <= MAX_NAMES
    assert read.status == "Running"


def test_a_giant_text_is_cut() -> None:
    read = instance(ReasonMessage="x" * 2**20)
    assert read.reason_message == "x" * MAX_TEXT
    assert read.unreadable == ("ReasonMessage",)


def test_lone_surrogates_become_replacement_characters() -> None:
    assert instance(InstanceName="a\ud800b").instance_name == "a\ufffdb"


def test_the_raw_response_is_left_as_it_is() -> None:
    raw = example()
    parse_instance(raw)
    assert raw == example()
