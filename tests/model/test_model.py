"""The model against the API page: its elements, its example, its documented oddities."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any, get_args, get_type_hints

import msgspec
import pytest

from jupyter_dsw.model.decoding import count, size_in_bytes, time_of
from jupyter_dsw.model.elements import SNAPSHOT_STATUSES, TRANSITIONAL_SNAPSHOT_STATUSES
from jupyter_dsw.model.instance import (
    ENDED_STATUSES,
    STATUSES,
    TRANSITIONAL_STATUSES,
    Instance,
    parse_instance,
)
from jupyter_dsw.model.secrets_in_text import REDACTED
from tests.model.responses import ELEMENTS, example, instance, put

GIB = 2**30


def _structs_in(annotation: Any) -> list[type[msgspec.Struct]]:
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return [annotation]
    return [struct for argument in get_args(annotation) for struct in _structs_in(argument)]


def _annotation(kind: type[msgspec.Struct], path: str) -> Any:
    first, _, rest = path.partition(".")
    names = {field.encode_name: field.name for field in msgspec.structs.fields(kind)}
    annotation = get_type_hints(kind)[names[first.removesuffix("[]")]]
    return _annotation(_structs_in(annotation)[0], rest) if rest else annotation


@pytest.mark.parametrize(("path", "kind"), ELEMENTS)
def test_every_element_of_the_api_page_is_in_the_model_with_its_type(path: str, kind: str) -> None:
    annotation = str(_annotation(Instance, path))
    expected = {
        "string": ("str", "datetime"),
        # A quantity may come with a fraction, whatever the page has.
        "integer": ("int", "float"),
        "boolean": ("bool",),
        "array": ("tuple",),
        "object": ("Mapping", "jupyter_dsw.model"),
    }
    assert any(name in annotation for name in expected[kind])


def test_the_page_has_57_top_level_elements_and_the_model_no_more() -> None:
    named = {path for path, _ in ELEMENTS if "." not in path}
    modelled = {field.encode_name for field in msgspec.structs.fields(Instance)}
    assert len(named) == 57
    assert modelled - named == {"redacted", "unreadable"}


def test_the_example_is_read_without_a_loss() -> None:
    wire = instance().to_wire()
    lost = {path for path, value in _flat(example()).items() if _flat(wire).get(path) != value}
    assert instance().unreadable == ()
    assert lost == {*instance().redacted, "Code", "Message"}


def _flat(value: Any, path: str = "") -> dict[str, Any]:
    if isinstance(value, dict):
        pairs = [(f"{path}.{name}".lstrip("."), each) for name, each in value.items()]
    elif isinstance(value, list):
        pairs = [(f"{path}[{index}]", each) for index, each in enumerate(value)]
    else:
        return {path: value}
    return {place: leaf for name, each in pairs for place, leaf in _flat(each, name).items()}


def test_the_example_names_what_was_removed() -> None:
    user = "CredentialConfig.Configs[0].Roles[0].UserInfo"
    assert set(instance().redacted) == {
        "InstanceUrl",
        "EnvironmentVariables.key",
        f"{user}.AccessKeyId",
        f"{user}.SecurityToken",
        "ImageAuth",
    }


def test_the_wire_form_is_plain_json_and_comes_back_equal() -> None:
    before = instance()
    wire = json.loads(json.dumps(before.to_wire()))
    assert parse_instance(wire, before.redacted, before.unreadable) == before
    assert "redacted" not in wire
    assert "unreadable" not in wire


def test_elements_that_the_page_does_not_name_are_dropped() -> None:
    wire = instance(Surprise="x", redacted=["y"], Redacted=["z"]).to_wire()
    assert wire.keys() <= {path for path, _ in ELEMENTS}


@pytest.mark.parametrize("response", [None, [], "text", 3, True])
def test_a_response_that_is_no_object_raises_without_quoting_it(response: Any) -> None:
    with pytest.raises(TypeError, match=r"^the response is not a JSON object$"):
        parse_instance(response)


def test_an_empty_response_is_an_instance_of_which_nothing_is_known() -> None:
    assert parse_instance({}) == Instance()


def test_null_texts_in_code_and_message_are_none() -> None:
    assert (instance().code, instance().message) == (None, None)
    assert instance(Code="ValidationError", Message="no").message == "no"


def test_times_are_aware_and_in_utc() -> None:
    expected = datetime(2021, 1, 12, 14, 36, 1, tzinfo=timezone.utc)
    assert instance().gmt_create_time == expected
    assert instance(GmtCreateTime="2021-01-12T22:36:01+08:00").gmt_create_time == expected
    assert instance(GmtCreateTime="2021-01-12 14:36:01").gmt_create_time == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2021-01-12T14:36Z", (2021, 1, 12, 14, 36)),
        ("2021-01-12T14:36:01.123456789Z", (2021, 1, 12, 14, 36, 1, 123456)),
        ("2021-01-12T00:30:00-0130", (2021, 1, 12, 2, 0)),
    ],
)
def test_forms_of_time_are_read(text: str, expected: tuple[int, ...]) -> None:
    assert time_of(text) == datetime(*expected, tzinfo=timezone.utc)  # type: ignore[arg-type, misc]


def test_a_time_that_is_not_set_is_none() -> None:
    assert instance(GmtCreateTime="", GmtModifiedTime="0001-01-01T00:00:00Z").unreadable == ()
    assert instance(GmtCreateTime="0001-01-01T00:00:00Z").gmt_create_time is None


@pytest.mark.parametrize(
    "odd",
    [
        "soon",
        "2021-13-45T99:99:99Z",
        "9999-12-31T23:59:59-23:00",
        1610,
        "２０２１-01-12T14:36Z",
        "2021-01-12T14:36.5Z",
    ],
)
def test_a_time_that_cannot_be_read_costs_only_itself(odd: object) -> None:
    read = instance(GmtCreateTime=odd)
    assert read.gmt_create_time is None
    assert read.unreadable == ("GmtCreateTime",)
    assert read.gmt_modified_time is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("32", 32 * GIB),
        ("8Gi", 8 * GIB),
        ("128GB", 128 * GIB),
        ("8G", 8 * GIB),
        ("8 GiB", 8 * GIB),
        ("1.5gi", GIB * 3 // 2),
        ("512Mi", 512 * 2**20),
        ("2Ti", 2 * 2**40),
        ("1024Ki", 2**20),
        ("", None),
        (None, None),
        ("-1", None),
        ("many", None),
        ("9" * 400, None),
    ],
)
def test_sizes_count_gib_unless_they_have_another_unit(
    text: str | None, expected: int | None
) -> None:
    assert size_in_bytes(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("32", 32), ("0.5", 0.5), ("500m", 0.5), ("x", None)]
)
def test_counts_of_cores_are_read(text: str, expected: float | None) -> None:
    assert count(text) == expected


def test_requested_resources_are_quantities() -> None:
    requested = instance().requested_resource
    assert requested is not None
    assert (requested.cpu_cores, requested.gpu_count, requested.gpu_type) == (32, 4, "v100")
    assert requested.memory_bytes == requested.shared_memory_bytes == 32 * GIB


def test_durations_are_timedeltas() -> None:
    read = instance()
    assert read.idle_instance_culler is not None
    assert read.instance_shutdown_timer is not None
    assert read.node_error_recovery is not None
    assert read.accumulated_running_time == timedelta(hours=1)
    assert read.idle_instance_culler.max_idle_time == timedelta(hours=1)
    assert read.idle_instance_culler.idle_time == timedelta(minutes=30)
    assert read.instance_shutdown_timer.remaining_time == timedelta(hours=1)
    assert read.node_error_recovery.auto_switch_countdown == timedelta(seconds=30)


def test_a_duration_beyond_timedelta_is_none() -> None:
    read = instance(IdleInstanceCuller={"MaxIdleTimeInMinutes": 2**53 - 1})
    assert read.idle_instance_culler is not None
    assert read.idle_instance_culler.max_idle_time is None


def test_mount_options_are_parsed() -> None:
    dataset = instance().datasets[0]
    assert dataset.mount_options["fs.oss.download.thread.concurrency"] == "10"
    assert dataset.options == example()["Datasets"][0]["Options"]


@pytest.mark.parametrize("options", ["", "{", "[]", "null", "3", "{}"])
def test_options_that_hold_nothing_are_an_empty_mapping(options: str) -> None:
    assert parse_instance({"Datasets": [{"Options": options}]}).datasets[0].mount_options == {}


@pytest.mark.parametrize(
    ("requested", "actual", "access", "writable"),
    [
        ("RW", "", "RW", True),
        ("RO", None, "RO", False),
        ("RW", "RO", "RO", False),
        ("RO", "rw", "rw", True),
        ("", "", None, None),
        ("Sometimes", "", "Sometimes", None),
    ],
)
def test_the_actual_access_counts_where_it_is_filled(
    requested: str, actual: str | None, access: str | None, writable: bool | None
) -> None:
    dataset = parse_instance(
        {"Datasets": [{"MountAccess": requested, "ActualMountAccess": actual}]}
    ).datasets[0]
    assert (dataset.access, dataset.writable) == (access, writable)


def test_several_cidr_blocks_in_one_string_are_split() -> None:
    vpc = instance().user_vpc
    assert vpc is not None
    assert vpc.cidr_blocks == ("172.16.19.0/24", "172.16.2.0/24", "172.16.12.0/24")


def test_cloud_disks_come_flat_or_as_lists_of_lists() -> None:
    disk = example()["CloudDisks"][0]
    assert instance(CloudDisks=[[disk], [disk]]).cloud_disks == instance().cloud_disks * 2


def test_a_disks_fullness_needs_no_unit() -> None:
    full = {"Capacity": "30Gi", "Status": {"Usage": 12, "Capacity": 30}}
    disk = instance(CloudDisks=[full]).cloud_disks[0]
    assert disk.used_fraction == pytest.approx(0.4)
    assert disk.capacity_bytes == 30 * GIB
    assert instance().cloud_disks[0].used_fraction is None


@pytest.mark.parametrize(
    ("elements", "is_gpu"),
    [
        ({"AcceleratorType": "GPU"}, True),
        ({"AcceleratorType": "CPU"}, False),
        ({"AcceleratorType": "", "RequestedResource": {"GPU": "1"}}, True),
        ({"AcceleratorType": "", "RequestedResource": {"GPU": "0"}}, False),
    ],
)
def test_a_gpu_instance_is_known_by_its_accelerator(elements: dict[str, Any], is_gpu: bool) -> None:
    assert instance(**elements).is_gpu is is_gpu


def test_an_unknown_status_is_kept_as_it_came() -> None:
    read = instance(Status="Hibernating", LatestSnapshot={"Status": "Squeezing"})
    assert read.status == "Hibernating"
    assert read.latest_snapshot is not None
    assert read.latest_snapshot.status == "Squeezing"
    assert read.unreadable == ()


def test_sets_of_statuses_are_of_documented_ones() -> None:
    assert {*TRANSITIONAL_STATUSES, *ENDED_STATUSES} <= dict(STATUSES).keys()
    assert dict(SNAPSHOT_STATUSES).keys() >= TRANSITIONAL_SNAPSHOT_STATUSES
    assert dict(STATUSES)["Starting"] == "Starting"


def test_snapshots_are_each_once_newest_first_in_their_freshest_state() -> None:
    old = {"ImageId": "a", "GmtCreateTime": "2021-01-01T00:00:00Z", "Status": "Saved"}
    new = {"ImageId": "b", "GmtCreateTime": "2021-01-02T00:00:00Z", "Status": "Committing"}
    latest = new | {"Status": "Pushing", "GmtModifiedTime": "2021-01-02T00:01:00Z"}
    read = instance(LatestSnapshot=latest, InstanceSnapshotList=[old, new])
    assert [(each.image_id, each.status) for each in read.snapshots] == [
        ("b", "Pushing"),
        ("a", "Saved"),
    ]
    assert read.in_transition


def test_an_instance_may_fail_without_a_reason() -> None:
    read = instance(Status="Failed", ReasonCode="", ReasonMessage="")
    assert read.has_ended
    assert (read.reason_code, read.reason_message) == ("", "")


def test_passwords_that_are_not_set_stay_empty() -> None:
    read = instance(ServiceConfig={"JupyterServerPassword": "", "CodeServerPassword": "x"})
    assert read.service_config is not None
    assert read.service_config.jupyter_server_password == ""
    assert read.service_config.code_server_password == REDACTED


def test_node_error_recovery_is_lower_camel_on_the_wire() -> None:
    raw = put(example(), "NodeErrorRecovery.hasNodeError", True)
    read = parse_instance(raw)
    assert read.node_error_recovery is not None
    assert read.node_error_recovery.has_node_error is True
    assert read.to_wire()["NodeErrorRecovery"]["hasNodeError"] is True


@pytest.mark.parametrize(
    "time", [1610462161, "1610462161", 1610462161000, "2021-01-12T22:36:01+08"]
)
def test_times_are_read_as_epoch_seconds_or_milliseconds_and_with_short_offsets(
    time: object,
) -> None:
    expected = datetime(2021, 1, 12, 14, 36, 1, tzinfo=timezone.utc)
    assert instance(GmtCreateTime=time).gmt_create_time == expected


def test_quantities_may_have_a_fraction() -> None:
    disk = {"Status": {"Usage": "7.5", "Capacity": 30.0, "Available": "22.5"}}
    read = instance(CloudDisks=[disk], AccumulatedRunningTimeInMs="3600000.5")
    assert read.unreadable == ()
    assert read.cloud_disks[0].used_fraction == 0.25
    assert read.accumulated_running_time == timedelta(hours=1, microseconds=500)
    json.dumps(read.to_wire())
