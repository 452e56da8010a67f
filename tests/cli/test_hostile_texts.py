"""Nothing that others wrote is obeyed by the terminal, or hides there."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

import pytest

from jupyter_dsw.cli import main, supervisor
from jupyter_dsw.columns import escaped
from jupyter_dsw.emulator import Emulator
from jupyter_dsw.notebook import magic, readings
from jupyter_dsw.notebook.stop_watch import Watch
from tests.cli.terminal import DSW, Terminal, dsw

# C0 and C1 controls (0x9b is CSI), direction marks and overrides, separators, zero-width ones,
# a tag of plane 14, DEL.
TRICKS = (
    "\x1b[31m\x07\x9b2J\x85\x9d0;title\x9c\u202e\u2066\u200f\u061c\u2028\u2029\u200b\U000e0041\x7f"
)
NAME = f"vision{TRICKS}team"
# What our own colours and the redrawing are made of.
OWN_SEQUENCES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def tricks_in(output: str) -> set[str]:
    """The characters of `output` that are no text, line breaks aside."""
    return {
        character
        for character in output
        if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
        and character not in "\r\n"
    }


@pytest.fixture
def hostile(
    emulator: Emulator, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Emulator:
    """An instance whose people write what terminals obey."""
    del environment
    monkeypatch.setattr(readings, "_monitor", None)
    emulator.change(
        InstanceName=NAME,
        WorkspaceName=NAME,
        ReasonCode=NAME,
        ReasonMessage=NAME,
        ImageName=NAME,
        Labels=[{"Key": NAME, "Value": "plain"}],
        Datasets=[{"MountPath": f"/mnt/{NAME}", "Uri": f"oss://bucket/{NAME}", "Options": NAME}],
        InstanceSnapshotList=[{"ImageId": "image-1", "ImageName": NAME, "ReasonMessage": NAME}],
    )
    return emulator


def test_json_in_a_terminal_escapes_them_and_stays_json(hostile: Emulator) -> None:
    with Terminal(*DSW, "info", "--json") as terminal:
        assert terminal.wait() == 0
        written = terminal.raw
    assert tricks_in(written) == set()
    instance = json.loads(written)["instance"]
    assert instance["InstanceId"] == hostile.instance_id
    assert "\u202e" in instance["InstanceName"], "escaped, not lost"


@pytest.mark.parametrize("sections", [[], ["all"]])
def test_text_in_a_terminal_has_none(hostile: Emulator, sections: list[str]) -> None:
    del hostile
    with Terminal(*DSW, "info", *sections) as terminal:
        assert terminal.wait() == 0
        written = terminal.raw
    assert "vision" in written
    assert tricks_in(OWN_SEQUENCES.sub("", written)) == set()


def test_the_redrawn_text_has_none(hostile: Emulator) -> None:
    del hostile
    with Terminal(*DSW, "info", "--watch") as terminal:
        terminal.until("Ctrl-C")
        terminal.type("\x03")
        terminal.wait()
        written = terminal.raw
    assert "vision" in written
    assert tricks_in(OWN_SEQUENCES.sub("", written)) == set()


@pytest.mark.parametrize("words", [["doctor"], ["doctor", "--json"]])
def test_the_checks_have_none(hostile: Emulator, words: list[str]) -> None:
    hostile.change(Status=f"Failed{TRICKS}")
    proxy = f"http://proxy{TRICKS}.example:3128"
    with Terminal(*DSW, *words, HTTPS_PROXY=proxy, REGION=f"cn{TRICKS}") as terminal:
        terminal.wait()
        written = terminal.raw
    assert "cn" in written
    assert tricks_in(OWN_SEQUENCES.sub("", written)) == set()


@pytest.mark.parametrize("line", ["--json", "--text"])
def test_the_magic_shows_none(hostile: Emulator, line: str) -> None:
    del hostile
    reading: Any = magic.run(line)
    shown = reading._repr_mimebundle_()["text/plain"]
    assert "vision" in shown
    assert tricks_in(shown) == set()


def test_a_command_that_is_not_there_is_named_without_them() -> None:
    done = dsw("run", "--", f"train{TRICKS.replace(chr(0x1B), '')}")
    assert done.returncode == 127
    assert "train" in done.stderr
    assert tricks_in(done.stderr) == set()


def test_a_misspelled_option_is_quoted_without_them() -> None:
    done = dsw("info", f"--w{TRICKS}", "--json", "--watch")
    assert done.returncode == 2
    assert tricks_in(done.stderr) == set()


def test_a_supervisor_shows_none(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(supervisor, "translated", lambda message: f"{message}: {TRICKS}")
    supervisor._show("--on-stop cannot be run")
    shown = capfd.readouterr().err
    assert "--on-stop" in shown
    assert tricks_in(shown) == set()


def test_the_error_of_an_emulator_shows_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_emulator: object) -> None:
        raise OSError(TRICKS)

    monkeypatch.setattr(Emulator, "start", fail)
    assert main(["emulator"]) == 1
    shown = capsys.readouterr().err
    assert "cannot listen" in shown
    assert tricks_in(shown) == set()


def test_why_no_time_is_known_is_logged_without_them(caplog: pytest.LogCaptureFixture) -> None:
    Watch().warn_once(f"the region is cn{TRICKS}")
    assert "the region is cn" in caplog.text
    assert tricks_in(caplog.text) == set()


@pytest.mark.parametrize(
    "text",
    ["plain", "中文，没有变化。", "é ü ñ", "🙂", "a\nb", "", "U+3000\u3000", "no-break\u00a0space"],
)
def test_plain_texts_stay_as_they_are(text: str) -> None:
    assert escaped(text) == text


def test_escaped_json_is_the_same_json() -> None:
    value = {NAME: [NAME, {"a": TRICKS}], "plain": "中文"}
    written = json.dumps(value, ensure_ascii=False, indent=2)
    assert json.loads(escaped(written)) == value
    assert tricks_in(escaped(written)) == set()
