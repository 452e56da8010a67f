"""An instance with long lists: many datasets, and as many saved images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jupyter_dsw.emulator import Emulator


def give_lists(emulator: Emulator, count: int) -> None:
    """Mount `count` datasets, `/mnt/data/0` …, and let `count` images, `image-0` …, be saved."""
    response = emulator.response()
    datasets, images = response["Datasets"], response["InstanceSnapshotList"]
    mounted = [
        {**datasets[number % len(datasets)], "MountPath": f"/mnt/data/{number}"}
        for number in range(count)
    ]
    saved = [_saved(images[0], number) for number in range(count)]
    emulator.change(Datasets=mounted, InstanceSnapshotList=saved, LatestSnapshot=saved[-1])


def _saved(image: dict[str, Any], number: int) -> dict[str, Any]:
    created = f"2026-10-{1 + number // 1440:02}T{number // 60 % 24:02}:{number % 60:02}:00Z"
    name = f"image-{number}"
    return {
        **image,
        "ImageId": name,
        "ImageName": name,
        "ImageUrl": f"{image['ImageUrl']}-{number}",
        "GmtCreateTime": created,
        "GmtModifiedTime": created,
        "Status": "Saved",
        "ReasonCode": "",
        "ReasonMessage": "",
    }
