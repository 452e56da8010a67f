"""What a person reads, in a terminal and in a notebook, whoever wrote the names in it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from html import unescape
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from jupyter_dsw.columns import columns, wrapped
from jupyter_dsw.i18n import Language, translated
from jupyter_dsw.i18n import text as sentence
from jupyter_dsw.reading import Problem, Reading
from jupyter_dsw.render import html, text
from jupyter_dsw.render.html import is_safe_link, with_code
from jupyter_dsw.render.values import Moments, format_duration, plain
from jupyter_dsw.render.view import SECTIONS, view_model
from jupyter_dsw.upstream.settings import Source
from tests.model.responses import example, instance

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jupyter_dsw.meter import Utilization
    from jupyter_dsw.model.instance import Instance
    from jupyter_dsw.model.sessions import Session
    from jupyter_dsw.model.stops import PoliciesState, Stop
    from jupyter_dsw.reading import Clock

READ_AT = datetime(2026, 11, 23, 21, 0, 0, tzinfo=timezone.utc)
ORIGIN = "dsw-730 in cn-hangzhou, by pai-dsw-vpc.cn-hangzhou.aliyuncs.com"
IDLE_FOR_30_MIN = "idle for 30 of 60 min; stops unless CPU reaches 20 %"
DENIED = Problem("Denied", "RAM refused paidsw:GetInstance.", "Ask an administrator for it.")


class Shown(NamedTuple):
    """A reading and how it is shown."""

    reading: Reading
    age_s: float
    how: dict[str, Any]


def view(
    read: Instance | None = None,
    *,
    age_s: float = 0,
    problem: Problem | None = None,
    read_at_by: Clock = "endpoint",
    simulated: bool = False,
    policy_stops: tuple[Stop, ...] = (),
    stop_policies: PoliciesState = "read",
    sessions: tuple[Session, ...] | None = None,
    utilization: Utilization | None = None,
    **how: Any,
) -> Shown:
    reading = Reading(
        source=Source(simulated=simulated),
        next_read=60.0,
        instance=read or instance(),
        read_at=READ_AT,
        read_at_by=read_at_by,
        taken=0.0,
        policy_stops=policy_stops,
        stop_policies=stop_policies,
        sessions=sessions,
        utilization=utilization,
        error=problem,
    )
    return Shown(reading, age_s, {"origin": ORIGIN} | how)


def to_text(shown: Shown, sections: Iterable[str] = (), *, width: int = 80) -> str:
    model = view_model(shown.reading, sections, now=shown.age_s, **shown.how)
    return text.to_text(model, width=width)


def to_html(shown: Shown, sections: Iterable[str] = ()) -> str:
    return html.to_html(view_model(shown.reading, sections, now=shown.age_s, **shown.how))


class Markup(HTMLParser):
    """Collects what a page consists of, and that every tag is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_first_lines_are_status_name_and_the_next_stop_with_its_reason() -> None:
    lines = to_text(view(), width=120).splitlines()
    assert lines[:2] == [
        "● Running  training_data",
        f"  Next stop  Idle stop · in about 30 min · {IDLE_FOR_30_MIN} · set on this instance",
    ]


def test_a_gpu_instance_names_both_thresholds() -> None:
    text = to_text(view(instance(AcceleratorType="GPU")), width=120)
    assert "unless CPU reaches 20 % or GPU reaches 10 %" in text


@pytest.mark.parametrize(
    ("elements", "words"),
    [
        (
            {"IdleInstanceCuller": {"MaxIdleTimeInMinutes": 60}},
            "Scheduled stop · in 1 h · 2021-01-12 14:36 (UTC) · shutdown timer of this instance",
        ),
        (
            {
                "IdleInstanceCuller": {"MaxIdleTimeInMinutes": 60, "CpuPercentThreshold": 20},
                "InstanceShutdownTimer": None,
            },
            (
                "None while in use · stops after 60 min idle, with CPU below 20 % · set on this "
                "instance"
            ),
        ),
        ({"IdleInstanceCuller": None, "InstanceShutdownTimer": {}}, "None planned"),
    ],
)
def test_the_next_stop_is_described(elements: dict[str, Any], words: str) -> None:
    assert f"Next stop  {words}\n" in to_text(view(instance(**elements)), width=120)


@pytest.mark.parametrize("render", [to_text, to_html])
@pytest.mark.parametrize(
    ("elements", "words"),
    [
        (
            {"IdleInstanceCuller": None, "InstanceShutdownTimer": {"DueTime": "soon"}},
            "Scheduled stop · time unknown, see the PAI console",
        ),
        (
            {"IdleInstanceCuller": "on", "InstanceShutdownTimer": None},
            "Idle stop · time unknown, see the PAI console",
        ),
        (
            {
                "IdleInstanceCuller": {"MaxIdleTimeInMinutes": 60, "IdleTimeInMinutes": "x"},
                "InstanceShutdownTimer": None,
            },
            "stops after 60 min idle; time unknown, see the PAI console",
        ),
        (
            {
                "IdleInstanceCuller": {"MaxIdleTimeInMinutes": 60, "IdleTimeInMinutes": 29.5},
                "InstanceShutdownTimer": "soon",
            },
            (
                "unless it is used · set on this instance; Scheduled stop · time unknown, see the "
                "PAI console · shutdown timer of this instance"
            ),
        ),
    ],
)
def test_a_stop_whose_time_is_unknown_is_never_shown_as_none(
    render: Any, elements: dict[str, Any], words: str
) -> None:
    shown = view(instance(**elements))
    text = render(shown, width=200) if render is to_text else Markup(render(shown)).text
    assert words in text
    assert "None" not in text


def test_a_stopped_instance_has_no_next_stop() -> None:
    shown = to_text(view(instance(Status="Stopped")))
    assert shown.startswith("● Stopped  training_data\n\n")
    assert "Next stop" not in shown


def test_a_failure_is_shown_with_its_reason_or_that_there_is_none() -> None:
    assert "Reason  Internal Error: ImagePullBackOff" in to_text(view(instance(Status="Failed")))
    bare = instance(Status="Failed", ReasonCode="", ReasonMessage="")
    assert "Reason  the endpoint gives no reason" in to_text(view(bare))


def test_an_unknown_status_is_shown_as_it_is() -> None:
    assert to_text(view(instance(Status="Hibernating"))).startswith("● Hibernating  ")


def test_a_status_is_shown_by_its_label() -> None:
    shown = to_text(view(instance(Status="ResourceAllocating")))
    assert shown.startswith("● Allocating resources  ")


def test_by_default_all_sections_but_network_and_details_are_shown() -> None:
    titles = [line for line in to_text(view()).splitlines() if line and line[0].isalpha()]
    assert titles[:-1] == [
        "Instance",
        "Datasets",
        "Snapshots",
        "Timers",
        "Resources",
        "Cloud disks",
    ]


def test_sections_are_shown_as_named_and_in_their_own_order() -> None:
    shown = to_text(view(), ["timers", "datasets"])
    assert "Resources" not in shown
    assert shown.index("Datasets") < shown.index("Timers")
    assert to_text(view(), ["all"]) == to_text(view(), SECTIONS)


def test_an_unknown_section_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="no such section: datesets; there are status, "):
        to_text(view(), ["datesets"])


def test_a_section_without_content_is_shown_only_when_it_is_named() -> None:
    empty = view(instance(Datasets=[]))
    assert "Datasets" not in to_text(empty)
    assert "No dataset is mounted." in to_text(empty, ["datasets"])
    assert "No dataset is mounted." in to_html(empty, ["datasets"])


def test_the_timers_section_shows_both_stops() -> None:
    shown = to_text(view(), ["timers"], width=120)
    assert "Idle stop       in about 30 min · idle for 30 of 60 min; " in shown
    assert "Scheduled stop  in 1 h · 2021-01-12 14:36 (UTC)" in shown
    assert "Next stop" not in shown, "it would be the same again"


def test_text_has_nothing_twice() -> None:
    scheduled = {"MaxIdleTimeInMinutes": 60, "CpuPercentThreshold": 20}
    for elements in ({}, {"IdleInstanceCuller": scheduled}, {"InstanceShutdownTimer": None}):
        for sections in ([], ["all"], ["timers"]):
            shown = to_text(view(instance(**elements)), sections, width=200)
            values = [line.split("  ")[-1] for line in shown.splitlines() if "stop" in line]
            assert len(values) == len(set(values)), shown
    none = view(instance(IdleInstanceCuller=None, InstanceShutdownTimer=None))
    assert "Timers" not in to_text(none), "the line under the status shows that none is planned"
    assert to_text(view(), ["all"], width=200).count("/dsw-3****/lab/") == 1


def test_columns_have_their_names_above_them_also_where_a_column_goes_below() -> None:
    shown = to_text(view(), ["datasets", "disks"], width=60).splitlines()
    head = shown.index("Datasets") + 1
    assert shown[head].split() == ["Mount", "path", "Access", "Dataset", "↳", "Source"]
    assert shown[head + 1].index("d-vsq") == shown[head].index("Dataset")
    assert shown[head + 2].startswith("    oss://")
    disks = shown.index("Cloud disks") + 1
    assert shown[disks].startswith("  Mount path ")


@pytest.mark.parametrize("render", [to_text, to_html])
def test_datasets_show_where_and_whether_one_may_write(render: Any) -> None:
    read_only = example()["Datasets"][0] | {"MountPath": "/mnt/ro", "ActualMountAccess": "RO"}
    shown = render(view(instance(Datasets=[*example()["Datasets"], read_only])), ["datasets"])
    for words in ("Datasets (2)", "/mnt/data", "read-write", "/mnt/ro", "read-only", "oss://"):
        assert words in shown


@pytest.mark.parametrize("render", [to_text, to_html])
def test_a_snapshot_shows_how_far_it_is_and_why_it_failed(render: Any) -> None:
    snapshots = [
        {"ImageId": "a", "ImageName": "one", "Status": "Committing"},
        {"ImageId": "b", "ImageName": "two", "Status": "Failed", "ReasonMessage": "quota"},
        {"ImageId": "c", "ImageName": "three", "Status": "Failed"},
        {"ImageId": "d", "ImageName": "four", "Status": "Saved"},
    ]
    read = instance(LatestSnapshot=None, InstanceSnapshotList=snapshots)
    shown = render(view(read), ["snapshots"])
    for words in ("Committing (step 1 of 3)", "Save failed", "quota", "no reason given", "Saved"):
        assert words in shown


def test_a_disk_shows_how_full_it_is() -> None:
    disk = example()["CloudDisks"][0] | {"Status": {"Usage": 12, "Capacity": 30}}
    assert "30 GiB    ████░░░░░░ 40 %" in to_text(view(instance(CloudDisks=[disk])), ["disks"])


@pytest.mark.parametrize("render", [to_text, to_html])
def test_the_foot_shows_when_from_where_and_how_old(render: Any) -> None:
    at_once = Moments(now=datetime(2026, 11, 24, tzinfo=timezone.utc))
    shown = " ".join(render(view(age_s=45, moments=at_once)).split())
    assert f"Read 2026-11-23 21:00 (UTC) · 45 s ago · from {ORIGIN}" in shown


@pytest.mark.parametrize("render", [to_text, to_html])
def test_what_is_kept_has_the_date_of_the_reading_and_no_age(render: Any) -> None:
    shown = " ".join(render(view(age_s=45)).split())
    assert f"Read 2026-11-23 21:00 (UTC) · from {ORIGIN}" in shown


@pytest.mark.parametrize("render", [to_text, to_html])
def test_the_foot_shows_whose_clock_it_was_where_the_endpoint_sent_none(render: Any) -> None:
    assert "clock" not in render(view())
    shown = " ".join(unescape(render(view(age_s=45, read_at_by="local"))).split())
    assert "Read 2026-11-23 21:00 (UTC) · by the instance's clock" in shown


@pytest.mark.parametrize("render", [to_text, to_html])
def test_all_moments_are_in_the_persons_time_zone_with_its_offset(render: Any) -> None:
    china = Moments(zone=timezone(timedelta(hours=8)))
    snapshot = {"ImageName": "one", "Status": "Saved", "GmtCreateTime": "2026-11-22T18:30:00Z"}
    read = instance(InstanceSnapshotList=[snapshot], LatestSnapshot=None)
    shown = render(view(read, moments=china), ["timers", "snapshots", "details"])
    for moment in ("2021-01-12 22:36", "2026-11-24 05:00", "2026-11-23 02:30"):
        assert f"{moment} (UTC+8)" in shown
    assert "UTC)" not in shown


def test_what_is_in_backquotes_is_code_in_html_and_stays_text() -> None:
    sentence = "Run `pip install <x>`, `env` and a ` alone."
    assert with_code(sentence) == (
        "Run <code>pip install &lt;x&gt;</code>, <code>env</code> and a ` alone."
    )


@pytest.mark.parametrize("render", [to_text, to_html])
def test_a_problem_stands_above_the_last_good_values(render: Any) -> None:
    shown = render(view(problem=DENIED))
    assert f"{DENIED.message} {DENIED.advice}" in shown
    assert shown.index(DENIED.message) < shown.index("Running")


def test_without_an_instance_the_problem_is_all() -> None:
    nothing = Shown(Reading(source=Source(), next_read=60.0, error=DENIED), 0, {"origin": ORIGIN})
    unread = Shown(Reading(source=Source(), next_read=60.0), 0, {})
    assert to_text(nothing) == f"! {DENIED.message} {DENIED.advice}"
    assert Markup(to_html(nothing)).text == f"⚠ {DENIED.message} {DENIED.advice}"
    assert to_text(unread) == "! Nothing has been read yet."


@pytest.mark.parametrize("render", [to_text, to_html])
def test_a_simulated_instance_is_called_one(render: Any) -> None:
    assert "Simulated instance" in render(view(simulated=True))
    assert "imulated" not in render(view())


@pytest.mark.parametrize("render", [to_text, to_html])
def test_long_lists_are_bounded(render: Any) -> None:
    many = instance(
        Datasets=[{"MountPath": f"/mnt/{index:03}"} for index in range(50)],
        Tags=[{"TagKey": f"tag-{index:03}"} for index in range(50)],
    )
    shown = render(view(many), ["all"])
    assert ("/mnt/019" in shown, "/mnt/020" in shown) == (True, False)
    assert ("tag-019" in shown, "tag-020" in shown) == (True, False)
    assert shown.count("30 more") == 2


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("width", [1, 20, 40, 80, 200])
def test_no_line_is_wider_than_the_terminal(width: int, language: Language) -> None:
    names = {"InstanceName": "训练数据" * 40, "ImageName": "e\u0301" * 200}
    shown = view(instance(**names), problem=DENIED, language=language)
    lines = to_text(shown, ["all"], width=width).splitlines()
    assert max(map(columns, lines)) <= max(width, 20)


def test_chinese_names_are_aligned_by_the_columns_they_take() -> None:
    names = [
        {"MountPath": "/数据", "MountAccess": "RW"},
        {"MountPath": "/data", "MountAccess": "RO"},
    ]
    lines = to_text(view(instance(Datasets=names)), ["datasets"]).splitlines()
    places = [columns(line[: line.index("read-")]) for line in lines if "read-" in line]
    assert len(places) == 2
    assert len(set(places)) == 1


HOSTILE = {
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "attribute": "\" onmouseover='alert(1)",
    "link": "javascript:alert(1)",
    "terminal": "\x1b[31mred\x1b]0;title\x07\x1b[2J\x9b31m\x00\x08",
    "direction": "a\u202eb\u2066c\u200fd",
    "invisible": "a\u200bb\ufeffc\u00add",
    "lines": "a\nb\r\nc\u2028d",
    "marks": "a" + "\u0301" * 500,
    "long": "x" * 2**20,
    "places": "%1 %2 %9 {0} {name} %s \\1 \\g<1>",
    "private": "\ue000\U000f0000",
}


def _hostile_everywhere(text: str) -> Instance:
    response = example()
    for name, value in response.items():
        if isinstance(value, str) and name not in {"GmtCreateTime", "GmtModifiedTime"}:
            response[name] = text
    response["Datasets"] = [dict.fromkeys(("MountPath", "Uri", "MountAccess", "DatasetId"), text)]
    response["Tags"] = [{"TagKey": text, "TagValue": text}]
    response["MigrationOptions"] = {text: text}
    response["EnvironmentVariables"] = {text: text}
    response["LatestSnapshot"] = {"Status": "Failed", "ImageName": text, "ReasonMessage": text}
    response["UserVpc"]["ForwardInfos"][0]["Name"] = text
    return instance(**response)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_texts_do_no_harm_in_text(text: str, language: Language) -> None:
    problem = Problem("Denied", sentence("from %1", text), sentence("%1 (%2).", text, text))
    shown = to_text(view(_hostile_everywhere(text), problem=problem, language=language), ["all"])
    assert (
        re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", shown)
        is None
    )
    assert re.search("\u0301{4}", shown) is None
    assert len(shown) < 60_000


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_texts_do_no_harm_in_html(text: str, language: Language) -> None:
    problem = Problem("Denied", sentence("from %1", text), sentence("%1 (%2).", text, text))
    more: dict[str, Any] = {"problem": problem, "simulated": True, "language": language}
    shown = to_html(view(_hostile_everywhere(text), **more), ["all"])
    markup = Markup(shown)
    harmless = {"div", "p", "span", "strong", "em", "small", "h4", "a"}
    assert markup.tags <= harmless | {"table", "thead", "tbody", "tr", "th", "td"}
    assert markup.attributes <= {"style", "scope", "href", "target", "rel", "lang"}
    assert markup.open == []
    assert all(is_safe_link(link) for link in markup.links)
    assert re.search(r"[\x00-\x1f\x7f-\x9f\u200f\u202e\u2066]", shown) is None
    assert len(shown) < 120_000


@pytest.mark.parametrize(
    "address",
    [
        "https://dsw-gateway-cn-shanghai.aliyun.com/dsw-3****/lab/",
        "https://dsw-gateway-ap-southeast-1.data.alibabacloud.com/dsw-3/ide/",
        "https://dsw-cn-shanghai.data.aliyun.com/notebook.htm",
        "https://cr.console.aliyun.com/repository/cn-hangzhou/zouxu/kf/images",
        "https://pai.console.aliyun.com/",
        "https://pai.console.alibabacloud.com/",
    ],
)
def test_links_lead_to_consoles_gateways_and_instances(address: str) -> None:
    assert is_safe_link(address)
    assert address in Markup(to_html(view(instance(TerminalUrl=address)), ["details"])).links


@pytest.mark.parametrize(
    "address",
    [
        "http://dsw.aliyun.com/",
        "javascript:alert(1)//.aliyun.com/",
        "https://aliyun.com.evil.example/",
        "https://evil.example/.aliyun.com",
        "https://evilaliyun.com/",
        "https://dsw.aliyun.com@evil.example/",
        "https://evil.example\\.aliyun.com/",
        "https://dsw.aliyun.com:99/",
        "https://dsw.aliyun.com\n.evil.example/",
        "https://[aliyun.com/",
        "//dsw.aliyun.com/",
        # Anybody's bucket, and hosts that anybody may name.
        "https://evil.oss-cn-hangzhou.aliyuncs.com/",
        "https://dsw-gateway.oss-cn-hangzhou.aliyuncs.com/",
        "https://console.aliyuncs.com/",
        "https://evil.aliyun.com/",
        "https://evil.dsw-gateway-cn-shanghai.aliyun.com/",
        "https://evilconsole.aliyun.com/",
        "https://dsw-evil.example.com/",
        "https://www.alibabacloud.com/help",
        "",
    ],
)
def test_nothing_else_becomes_a_link(address: str) -> None:
    assert not is_safe_link(address)


def test_html_of_the_example_is_balanced_and_has_no_script() -> None:
    markup = Markup(to_html(view(), ["all"]))
    assert markup.open == []
    assert "script" not in markup.tags
    assert markup.text.startswith("● Running training_data")


@pytest.mark.parametrize(
    ("milliseconds", "expected"),
    [
        (-5, "0 s"),
        (999, "0 s"),
        (45_000, "45 s"),
        (59_999, "59 s"),
        (60_000, "1 min"),
        (89_999, "1 min 29 s"),
        (9 * 60_000, "9 min"),
        (599_999, "9 min 59 s"),
        (600_000, "10 min"),
        (29 * 60_000 + 59_999, "29 min"),
        (30 * 60_000, "30 min"),
        (3_599_999, "59 min"),
        (3_600_000, "1 h"),
        (7_259_000, "2 h"),
        (65 * 60_000, "1 h 5 min"),
        (86_399_999, "23 h 59 min"),
        (86_400_000, "1 d"),
        (86_400_000 + 59 * 60_000, "1 d"),
        (51 * 3_600_000, "2 d 3 h"),
        (10**18, "11574074074 d 1 h"),
    ],
)
def test_durations_are_written_in_two_units_at_most_rounded_down(
    milliseconds: int, expected: str
) -> None:
    assert format_duration(milliseconds) == expected


def test_a_long_text_shows_how_long_it_was() -> None:
    assert plain("x" * 2**20).endswith("x… (1048576 characters)")


@pytest.mark.parametrize(
    ("milliseconds", "expected"),
    [
        (45_000, "45 秒"),
        (30 * 60_000, "30 分钟"),
        (65 * 60_000, "1 小时 5 分钟"),
        (51 * 3_600_000, "2 天 3 小时"),
    ],
)
def test_durations_in_chinese(milliseconds: int, expected: str) -> None:
    assert translated(format_duration(milliseconds), "zh_CN") == expected


def test_chinese_text_has_the_same() -> None:
    gpu = instance(AcceleratorType="GPU", Datasets=example()["Datasets"] * 2)
    shown = to_text(view(gpu, language="zh_CN"), ["datasets", "timers"], width=120)
    idle = "约 30 分钟后 · 已空闲 30 / 60 分钟；CPU 达到 20% 或 GPU 达到 10% 时不会停机"
    assert shown.splitlines()[0] == "● 运行中  training_data"
    assert f"空闲停机  {idle}" in shown
    assert "数据集（2）" in shown
    assert "定时停机  1 小时后 · 2021-01-12 14:36（UTC）" in shown
    at_once = Moments(now=datetime(2026, 11, 24, tzinfo=timezone.utc))
    aged = to_text(view(gpu, age_s=45, language="zh_CN", moments=at_once), width=120)
    assert "读取于 2026-11-23 21:00（UTC） · 45 秒前 · 来自 " in aged
    head = to_text(view(gpu, language="zh_CN"), ["datasets"], width=140)
    assert head.splitlines()[1] == f"  下次停机  空闲停机 · {idle} · 在本实例上设置"


def test_columns_stand_below_each_other_in_chinese() -> None:
    rows = [
        {"MountPath": "/数据", "MountAccess": "RW", "DatasetId": "d-1"},
        {"MountPath": "/data", "MountAccess": "RO", "Dynamic": True, "DatasetId": "d-2"},
    ]
    shown = to_text(view(instance(Datasets=rows), language="zh_CN"), ["datasets"]).splitlines()
    for words in (("读写", "只读，动态挂载"), ("d-1", "d-2")):
        places = [
            columns(line[: line.index(word)]) for line in shown for word in words if word in line
        ]
        assert len(places) == 2
        assert len(set(places)) == 1


def test_html_names_its_language() -> None:
    assert to_html(view(language="zh_CN")).startswith('<div lang="zh-CN" ')
    assert "lang=" not in to_html(view())


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("一二三四五六七八", ["一二三四五", "六七八"]),
        ("一二三四五，六七", ["一二三四", "五，六七"]),
        ("一二三（四）五六", ["一二三", "（四）五六"]),
        ("一二三 11月24日", ["一二三", "11月24日"]),
        ("一二。abcdefgh", ["一二。", "abcdefgh"]),
        ("one two three", ["one two", "three"]),
    ],
)
def test_lines_break_where_chinese_may_break(text: str, lines: list[str]) -> None:
    assert wrapped(text, 10, "") == lines
