"""Which services, when, and in which language: from options and the environment."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from traitlets import TraitError
from traitlets.config import Config

from jupyter_dsw.notify.services import Service, services_of
from jupyter_dsw.notify.settings import NotifySettings, QuietHours, WrongSetting
from jupyter_dsw.server.extension import DSWExtension
from tests.canaries import NOTIFY_TOKEN
from tests.cli.terminal import dsw
from tests.security.test_surfaces import LOOKS, looked_at, renderings

if TYPE_CHECKING:
    from pathlib import Path

    from tests.canaries import Canaries
    from tests.notify.receiver import Receiver

SECRET = f"json://me:{NOTIFY_TOKEN}@example.com/{NOTIFY_TOKEN}"


def of_options(**options: object) -> NotifySettings:
    return DSWExtension(config=Config(DSWExtension=options)).notify_settings


@pytest.mark.parametrize(
    ("written", "schemes"),
    [
        ("", []),
        ("json://a", ["json"]),
        ("json://a,ntfy://b  ntfys://c\nFEISHU://d", ["json", "ntfy", "ntfys", "feishu"]),
        # A comma may be in a URL, as between the recipients of a mail.
        ("mailto://a:b@c?to=d,e, json://f", ["mailto", "json"]),
        ("json://a json://a", ["json"]),
        ("no-url", [""]),
    ],
)
def test_urls_are_separated_by_spaces_and_commas(
    monkeypatch: pytest.MonkeyPatch, written: str, schemes: list[str]
) -> None:
    monkeypatch.setenv("JUPYTER_DSW_NOTIFY", written)
    services = of_options().services
    assert [service.scheme for service in services] == schemes
    assert [service.number for service in services] == list(range(1, len(schemes) + 1))
    if "to=d,e" in written:
        assert services[0].url == "mailto://a:b@c?to=d,e"


def test_an_option_wins_over_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_DSW_NOTIFY", "json://a")
    monkeypatch.setenv("JUPYTER_DSW_NOTIFY_MINUTES", "5, 45")
    monkeypatch.setenv("JUPYTER_DSW_NOTIFY_QUIET_HOURS", "22:30-7:00")
    monkeypatch.setenv("JUPYTER_DSW_NOTIFY_STOPS_IN_QUIET_HOURS", "yes")
    monkeypatch.setenv("JUPYTER_DSW_NOTIFY_LANGUAGE", "zh-CN")
    options = {
        "notify": ["ntfy://b"],
        "notify_minutes": [20],
        "notify_quiet_hours": "01:00-02:00",
        "notify_stops_in_quiet_hours": False,
        "notify_language": "en",
    }
    quiet_hours = QuietHours(22 * 60 + 30, 7 * 60)
    for found, expected in (
        (of_options(), ("json", (45, 5), quiet_hours, True, "zh_CN")),
        (of_options(**options), ("ntfy", (20,), QuietHours(60, 120), False, "en")),
    ):
        (service,) = found.services
        assert expected == (
            service.scheme,
            found.minutes,
            found.quiet_hours,
            found.stops_in_quiet_hours,
            found.language,
        )


def test_a_server_started_without_the_containers_variables_sends_to_their_services(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "environ"
    monkeypatch.setattr("jupyter_dsw.upstream.settings.FIRST_PROCESS", path)
    for name in ("DSW_INSTANCE_ID", "JUPYTER_DSW_NOTIFY"):
        monkeypatch.delenv(name, raising=False)
    path.write_bytes(b"DSW_INSTANCE_ID=dsw-0123456789\0")
    assert not DSWExtension().has_services()
    path.write_bytes(b"DSW_INSTANCE_ID=dsw-0123456789\0JUPYTER_DSW_NOTIFY=json://a\0")
    assert DSWExtension().has_services()
    assert [service.url for service in NotifySettings.of(()).services] == ["json://a"]


def test_without_a_setting_it_is_30_and_10_minutes_in_the_language_of_the_person(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = of_options()
    assert (found.services, found.minutes, found.quiet_hours) == ((), (30, 10), None)
    languages = [found.language]
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    languages.append(found.language)
    assert languages == ["en", "zh_CN"]


@pytest.mark.parametrize(
    ("variable", "value", "named"),
    [
        ("JUPYTER_DSW_NOTIFY_MINUTES", "ten", "minutes"),
        ("JUPYTER_DSW_NOTIFY_MINUTES", "0", "minutes"),
        ("JUPYTER_DSW_NOTIFY_MINUTES", "1 2 3 4 5 6 7 8 9 10 11", "minutes"),
        ("JUPYTER_DSW_NOTIFY_QUIET_HOURS", "24:00-08:00", "23:00-08:00"),
        ("JUPYTER_DSW_NOTIFY_QUIET_HOURS", "at night", "23:00-08:00"),
        ("JUPYTER_DSW_NOTIFY_LANGUAGE", "klingon", "en or zh_CN"),
        ("JUPYTER_DSW_NOTIFY", " ".join(f"json://{n}" for n in range(11)), "11 services"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_with_the_way_to_write_it(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, named: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(WrongSetting, match=named):
        of_options()


@pytest.mark.parametrize(
    ("written", "now", "left_s"),
    [
        ("23:00-08:00", "22:59:59", 0),
        ("23:00-08:00", "23:00:00", 9 * 3600),
        ("23:00-08:00", "07:59:30", 30),
        ("23:00-08:00", "08:00:00", 0),
        ("12:00 – 13:30", "12:00:00", 5400),
        ("12:00-13:30", "13:30:00", 0),
        ("08:00-08:00", "08:00:00", 0),
    ],
)
def test_quiet_hours_end_when_they_end_also_over_midnight(
    written: str, now: str, left_s: float
) -> None:
    hours = QuietHours.parse(written)
    assert hours is not None
    moment = datetime.fromisoformat(f"2026-11-26T{now}").replace(
        tzinfo=timezone(timedelta(hours=8))
    )
    assert hours.left_s(moment) == left_s


@pytest.mark.parametrize("look", LOOKS)
def test_a_service_shows_nothing_of_its_url(canaries: Canaries, look: str) -> None:
    (service,) = services_of([SECRET])
    for thing in (service, of_options(notify=[SECRET]), DSWExtension(notify=[SECRET]).notify):
        assert not canaries.found_in(looked_at(thing, LOOKS[look])), look
    assert service.url == SECRET
    assert str(service) == "1 (json)"


def test_a_service_leaves_the_process_by_no_copy() -> None:
    (service,) = services_of([SECRET])
    assert copy.deepcopy(service) is service
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(service)


@pytest.mark.parametrize("value", [{"a": SECRET}, [[SECRET]], [SECRET, 5]])
def test_an_option_of_the_wrong_kind_is_refused_without_being_quoted(
    canaries: Canaries, value: object
) -> None:
    with pytest.raises(TraitError, match="list of URLs") as caught:
        DSWExtension(config=Config(DSWExtension={"notify": value}))
    assert not canaries.found_in(str(caught.value))


def test_a_wrong_setting_next_to_a_url_shows_nothing_of_it(canaries: Canaries) -> None:
    for wrong in ({"notify_quiet_hours": "x"}, {"notify_minutes": [-1]}):
        extension = DSWExtension(config=Config(DSWExtension={"notify": [SECRET], **wrong}))
        extension.config = Config()
        with pytest.raises(WrongSetting) as caught:
            _ = extension.notify_settings
        ours = caught.value.with_traceback(caught.tb.tb_next)
        for where, shown in renderings(ours):
            assert not canaries.found_in(shown), where


def test_one_text_is_as_good_as_a_list() -> None:
    assert DSWExtension(config=Config(DSWExtension={"notify": SECRET})).notify == (
        Service(1, "json", SECRET),
    )


class TestCommand:
    def test_it_lists_the_services_by_number_and_scheme(self) -> None:
        done = dsw("notify", JUPYTER_DSW_NOTIFY=f"{SECRET} dingtalk://{NOTIFY_TOKEN}")
        assert done.returncode == 0
        assert "1 (json), 2 (dingtalk)" in done.stdout
        assert "30, 10 minutes" in done.stdout
        assert not done.stderr

    def test_without_a_service_it_names_what_to_set(self) -> None:
        done = dsw("notify", "--test")
        assert done.returncode == 1
        assert "JUPYTER_DSW_NOTIFY" in done.stdout

    def test_it_sends_one_to_each_and_names_what_went_wrong(self, receiver: Receiver) -> None:
        receiver.statuses = [403]
        urls = f"json://{receiver.host}/{NOTIFY_TOKEN} json://127.0.0.1:1/{NOTIFY_TOKEN}"
        done = dsw("notify", "--test", JUPYTER_DSW_NOTIFY=urls)
        assert done.returncode == 1
        assert "1 (json)" in done.stdout
        assert "HTTP 403" in done.stdout
        assert "cannot be reached" in done.stdout
        done = dsw("notify", "--test", JUPYTER_DSW_NOTIFY=f"json://{receiver.host}/{NOTIFY_TOKEN}")
        assert done.returncode == 0
        assert "Sent." in done.stdout
        assert receiver.received[-1].json["title"] == "jupyter-dsw: test"

    def test_the_message_is_in_the_language_of_the_setting(self, receiver: Receiver) -> None:
        done = dsw(
            "notify",
            "--test",
            JUPYTER_DSW_NOTIFY=f"json://{receiver.host}/{NOTIFY_TOKEN}",
            JUPYTER_DSW_NOTIFY_LANGUAGE="zh_CN",
        )
        assert "Sent." in done.stdout, "the command itself is in the language of the terminal"
        assert "停机" in receiver.received[0].json["message"]

    def test_the_option_of_the_servers_configuration_is_used(
        self, receiver: Receiver, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
    ) -> None:
        folder = tmp_path / "jupyter_config_dir"
        folder.mkdir()
        path = folder / "jupyter_server_config.json"
        url = f"json://{receiver.host}/{NOTIFY_TOKEN}"
        path.write_text(json.dumps({"DSWExtension": {"notify": [url], "notify_minutes": [7]}}))
        try:
            done = dsw("notify", "--test")
        finally:
            path.unlink()  # the canary is meant to be there, and nowhere else
        assert done.returncode == 0, done.stdout
        assert "7 minutes" in done.stdout
        assert len(receiver.received) == 1

    @pytest.mark.parametrize("wrong", ["raise ValueError('{url}')", "c.X = '{url}", "'{url}' 5"])
    def test_a_configuration_that_cannot_be_read_is_not_quoted(
        self, tmp_path: Path, wrong: str
    ) -> None:
        folder = tmp_path / "jupyter_config_dir"
        folder.mkdir()
        path = folder / "jupyter_server_config.py"
        path.write_text(wrong.format(url=SECRET))
        try:
            done = dsw("notify")
        finally:
            path.unlink()
        assert done.returncode == 1
        assert "configuration cannot be read" in done.stdout
        assert NOTIFY_TOKEN not in done.stdout + done.stderr

    def test_without_apprise_it_names_the_extra(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "sitecustomize.py").write_text(
            "import importlib.util as u\n"
            "real = u.find_spec\n"
            "u.find_spec = lambda name, *rest: None if name == 'apprise' else real(name, *rest)\n"
        )
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        done = dsw("notify", "--test", JUPYTER_DSW_NOTIFY=SECRET)
        assert done.returncode == 1
        assert "pip install 'jupyter-dsw[notify]'" in " ".join(done.stdout.split())
