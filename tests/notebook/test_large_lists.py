"""What a notebook keeps and shows of an instance with 1,000 datasets and 1,000 snapshots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from jupyter_dsw.render.sections import MAX_ROWS
from tests.long_lists import give_lists
from tests.notebook.panels import Page

if TYPE_CHECKING:
    from jupyter_dsw.emulator import Emulator
    from tests.kernels import Kernel

MANY = 1000
LIVE = "application/vnd.jupyter-dsw.reading+json"
LISTS = ("Datasets", "InstanceSnapshotList")


def kept(kernel: Kernel) -> dict[str, Any]:
    reading: dict[str, Any] = kernel.data("%dsw_info --fresh")[LIVE]["reading"]
    return reading


@pytest.fixture
def large(kernel: Kernel, emulator: Emulator) -> Kernel:
    give_lists(emulator, MANY)
    return kernel


def test_the_notebook_keeps_the_first_datasets_and_the_newest_images_and_counts_the_others(
    large: Kernel,
) -> None:
    reading = kept(large)
    datasets, images = (reading["instance"][name] for name in LISTS)
    assert [one["MountPath"] for one in datasets] == [f"/mnt/data/{n}" for n in range(MAX_ROWS)]
    newest = range(MANY - 1, MANY - 1 - MAX_ROWS, -1)
    assert [one["ImageName"] for one in images] == [f"image-{n}" for n in newest]
    assert reading["left_out"] == dict.fromkeys(LISTS, MANY - MAX_ROWS)


def test_short_lists_are_kept_whole(kernel: Kernel, emulator: Emulator) -> None:
    give_lists(emulator, MAX_ROWS)
    reading = kept(kernel)
    assert reading["left_out"] == {}
    assert [len(reading["instance"][name]) for name in LISTS] == [MAX_ROWS, MAX_ROWS]


def test_the_outputs_next_to_the_panel_are_bounded_too(large: Kernel) -> None:
    data = large.data("%dsw_info all")
    for text in (data["text/plain"], data["text/html"]):
        assert f"{MANY - MAX_ROWS} more" in text
        assert f"/mnt/data/{MAX_ROWS}" not in text


def test_code_has_all_of_them(large: Kernel) -> None:
    printed = large.text(
        "import json\nr = %dsw_info\n"
        "print(len(r.instance.datasets), len(r.instance.snapshots))\n"
        "print([len(json.loads(r.to_json())['instance'][n]) for n in " + repr(LISTS) + "])"
    )
    assert printed.split("\n")[:2] == [f"{MANY} {MANY}", f"[{MANY}, {MANY}]"]


def test_a_page_that_the_kernel_feeds_gets_all_of_them(large: Kernel) -> None:
    page = Page(large, large.widget("import jupyter_dsw; jupyter_dsw.Panel()"))
    reading = page.read()
    assert [len(reading["instance"][name]) for name in LISTS] == [MANY, MANY]
