"""`%dsw_info` in a real kernel that has no Jupyter server."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_dsw.emulator import Emulator
    from tests.kernels import Kernel

LIVE = "application/vnd.jupyter-dsw.reading+json"


def test_the_magic_is_there_without_load_ext_and_shows_panel_html_and_text(
    kernel: Kernel, emulator: Emulator
) -> None:
    instance_id = emulator.environment()["DSW_INSTANCE_ID"]
    data = kernel.data("%dsw_info")
    assert set(data) == {LIVE, "text/html", "text/plain"}
    assert data[LIVE]["reading"]["instance"]["Status"] == "Running"
    assert data[LIVE]["sections"] == []
    assert "Running" in data["text/plain"]
    assert "Running" in data["text/html"]
    assert instance_id in data["text/html"]
    assert emulator.accepted == 1


def test_what_a_notebook_keeps_has_dates_and_the_offset_of_the_persons_time_zone(
    start_kernel: Callable[..., Kernel], environment: dict[str, str]
) -> None:
    del environment
    kept = start_kernel(TZ="Asia/Tokyo").data("%dsw_info")
    for form in ("text/plain", "text/html"):
        assert re.search(r"Read \d{4}-\d\d-\d\d \d\d:\d\d \(UTC\+9\)", kept[form])
        assert "(UTC)" not in kept[form]


def test_load_ext_works_as_well(kernel: Kernel) -> None:
    assert "Running" in kernel.data("%load_ext jupyter_dsw\n%dsw_info")["text/plain"]


def test_an_assignment_gives_the_reading_and_shows_nothing(kernel: Kernel) -> None:
    assert kernel.run("r = %dsw_info") == []
    assert kernel.data("r.instance.status")["text/plain"] == "'Running'"
    assert kernel.data("[r]")["text/plain"].startswith("[<Reading of dsw-")


def test_read_gives_code_the_same(kernel: Kernel) -> None:
    code = "import jupyter_dsw; jupyter_dsw.read().instance.datasets[0].mount_path"
    assert kernel.data(code)["text/plain"].startswith("'/mnt/")
    assert LIVE in kernel.data("jupyter_dsw.read()")


def test_sections_choose_what_is_shown(kernel: Kernel) -> None:
    both = kernel.data("%dsw_info Datasets, disks --text")
    assert set(both) == {"text/plain"}
    assert "Datasets" in both["text/plain"]
    assert "Cloud disks" in both["text/plain"]
    assert "Snapshots" not in both["text/plain"]


def test_json_is_the_response_of_the_rest_contract(kernel: Kernel) -> None:
    reading = json.loads(kernel.data("%dsw_info --json")["text/plain"])
    assert reading["instance"]["Status"] == "Running"
    assert reading["stops"][0]["kind"] == "idle"


def test_an_unknown_word_gets_the_list_and_the_nearest_match(kernel: Kernel) -> None:
    printed = kernel.text("%dsw_info datasetz")
    assert "'datasetz'" in printed
    assert "'datasets'" in printed
    assert "snapshots" in printed
    assert kernel.run("r = %dsw_info datasetz")
    assert kernel.data("r is None")["text/plain"] == "True"


def test_help_names_every_section_and_option(kernel: Kernel) -> None:
    printed = kernel.text("%dsw_info --help")
    for word in ("status", "network", "all", "--json", "--text", "--fresh"):
        assert word in printed


def test_the_question_mark_shows_what_it_does(kernel: Kernel) -> None:
    reply = kernel.client.inspect("jupyter_dsw.read", reply=True, timeout=60)
    assert not reply["content"]["found"]
    kernel.run("import jupyter_dsw")
    shown = kernel.client.inspect("jupyter_dsw.read", reply=True, timeout=60)["content"]
    assert "DSWError" in shown["data"]["text/plain"]
    shown = kernel.client.inspect("%dsw_info", reply=True, timeout=60)["content"]
    assert "--fresh" in shown["data"]["text/plain"]


@pytest.mark.parametrize("typed", ["%dsw_info da", "dsw_info da", "%dsw_info status da"])
def test_tab_completes_the_words(kernel: Kernel, typed: str) -> None:
    reply = kernel.client.complete(typed, reply=True, timeout=60)
    assert "datasets" in reply["content"]["matches"]


def test_fresh_calls_the_endpoint_again_at_most_each_five_seconds(
    kernel: Kernel, emulator: Emulator
) -> None:
    kernel.run("r = %dsw_info")
    kernel.run("s = %dsw_info --fresh")
    assert emulator.calls == 1
    # The clock of the kernel's own monitor goes on by six seconds.
    kernel.run(
        "import jupyter_dsw.notebook.readings as source\n"
        "monitor = source._own_monitor(); real = monitor.clock\n"
        "monitor.clock = lambda: real() + 6"
    )
    kernel.run("s = %dsw_info")
    assert emulator.calls == 1
    kernel.run("s = %dsw_info --fresh")
    assert emulator.calls == 2


def test_where_nothing_can_be_read_it_shows_what_failed_and_what_to_set(
    start_kernel: Callable[..., Kernel],
) -> None:
    kernel = start_kernel()
    text = kernel.data("%dsw_info --text")["text/plain"]
    assert "No Jupyter server with jupyter-dsw was found for this kernel or terminal" in " ".join(
        text.split()
    )
    assert "DSW_INSTANCE_ID" in text
    printed = kernel.run(
        "import jupyter_dsw\n"
        "try:\n    jupyter_dsw.read()\n"
        "except jupyter_dsw.DSWError as error:\n    print(error.code, error.advice)"
    )
    assert "NotConfigured" in printed[0]["text"]


def test_the_startup_file_leaves_no_name_and_loads_nothing_heavy(kernel: Kernel) -> None:
    loaded = kernel.text(
        "import sys\n"
        "print([m for m in sys.modules if m.split('.')[0] in"
        " ('anywidget', 'ipywidgets', 'requests', 'msgspec', 'jupyter_server')])\n"
        "print([m for m in sys.modules if m.startswith('jupyter_dsw')])\n"
        "print([n for n in globals() if 'dsw' in n])"
    ).splitlines()
    assert loaded == ["[]", "['jupyter_dsw']", "[]"]


def test_it_loads_no_widget(kernel: Kernel) -> None:
    printed = kernel.text(
        "r = %dsw_info\ndisplay(r)\nimport sys\nprint('ipywidgets' in sys.modules)"
    )
    assert printed.strip() == "False"


def test_the_kernel_loads_no_server_code(kernel: Kernel) -> None:
    printed = kernel.text(
        "r = %dsw_info\nimport sys\n"
        "print([m for m in sys.modules if m.startswith(('jupyter_server', 'jupyter_dsw.server'))])"
    )
    assert printed.strip() == "[]"


def test_settings_made_after_a_failure_count_at_once(
    start_kernel: Callable[..., Kernel], emulator: Emulator
) -> None:
    kernel = start_kernel()
    shown = kernel.data("%dsw_info --text")["text/plain"]
    assert "DSW_INSTANCE_ID is not set" in " ".join(shown.split())
    for name, value in emulator.environment().items():
        kernel.run(f"%env {name}={value}")
    assert "Running" in kernel.data("%dsw_info --text")["text/plain"]


def test_a_child_that_was_forked_during_a_call_can_read(kernel: Kernel, emulator: Emulator) -> None:
    printed = kernel.text(
        "import os, jupyter_dsw, jupyter_dsw.notebook.readings as source\n"
        "from concurrent.futures import Future\n"
        "source._own_monitor()._waiting = Future()  # a call that is under way\n"
        "out, into = os.pipe()\n"
        "if not (pid := os.fork()):\n"
        "    os.write(into, jupyter_dsw.read().instance.status.encode())\n"
        "    os._exit(0)\n"
        "print(os.read(out, 100).decode()); _ = os.waitpid(pid, 0)"
    )
    assert printed.strip() == "Running"
    assert emulator.calls == 1
