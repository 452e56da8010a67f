"""The file that outlives the server: whole, private, bounded, and no obstacle whatever is in it."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import msgspec
import pytest

from jupyter_dsw.notify import record as module
from jupyter_dsw.notify.record import MOST_SERVICES, Record, Reported

if TYPE_CHECKING:
    from pathlib import Path

ONE = Reported(status="Running")


def put(record: Record, name: str, reported: Reported) -> None:
    with record.open() as content:
        content.put(name, reported)


def found(record: Record) -> dict[str, Reported]:
    with record.open() as content:
        return dict(content.services)


def test_another_process_finds_what_was_recorded(tmp_path: Path) -> None:
    put(Record("dsw-1", tmp_path), "aa", ONE)
    assert found(Record("dsw-1", tmp_path)) == {"aa": ONE}
    assert found(Record("dsw-2", tmp_path)) == {}


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        put(Record("dsw-1", tmp_path / "new"), "aa", ONE)
    finally:
        os.umask(before)
    for path in (tmp_path / "new").iterdir():
        assert path.stat().st_mode & 0o777 == 0o600, path
    assert {path.suffix for path in (tmp_path / "new").iterdir()} == {".json", ".lock"}


@pytest.mark.parametrize(
    "spoiled", [b"", b"{", b"[]", b"\xff\xfe", b'{"services": {"aa": {"stops": 5}}}', b"{}" * 10**6]
)
def test_a_damaged_file_is_replaced(tmp_path: Path, spoiled: bytes) -> None:
    record = Record("dsw-1", tmp_path)
    record.path.write_bytes(spoiled)
    assert found(record) == {}
    put(record, "aa", ONE)
    assert found(Record("dsw-1", tmp_path)) == {"aa": ONE}


def test_a_fifo_or_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    record = Record("dsw-1", tmp_path)
    os.mkfifo(record.path)
    assert found(record) == {}
    put(record, "aa", ONE)
    assert record.path.is_file()
    record.path.unlink()
    other = tmp_path / "other"
    other.write_text("precious")
    record.path.symlink_to(other)
    put(record, "bb", ONE)
    assert other.read_text() == "precious"


def test_where_it_cannot_be_written_it_is_kept_in_memory_and_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    record = Record("dsw-1", tmp_path / "file" / "below")
    put(record, "aa", ONE)
    assert found(record) == {"aa": ONE}
    assert caplog.text.count("cannot be recorded") == 1


def test_nothing_is_written_where_nothing_changed(tmp_path: Path) -> None:
    record = Record("dsw-1", tmp_path)
    put(record, "aa", ONE)
    before = record.path.stat().st_mtime_ns
    assert found(record) == {"aa": ONE}
    assert record.path.stat().st_mtime_ns == before


def test_services_that_were_not_used_for_long_are_forgotten(tmp_path: Path) -> None:
    record = Record("dsw-1", tmp_path)
    for number in range(MOST_SERVICES + 5):
        put(record, f"{number}", ONE)
        put(record, "0", msgspec.structs.replace(ONE, status=f"{number}"))
    names = list(found(record))
    assert len(names) == MOST_SERVICES
    assert "0" in names
    assert "1" not in names


def test_changes_of_many_at_once_are_all_kept(tmp_path: Path) -> None:
    def count() -> None:
        record = Record("dsw-1", tmp_path)
        for _ in range(20):
            with record.open() as content:
                known = content.services.get("aa", Reported())
                content.put("aa", msgspec.structs.replace(known, next_number=known.next_number + 1))

    threads = [threading.Thread(target=count) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found(Record("dsw-1", tmp_path))["aa"].next_number == 101


def test_a_lock_that_is_never_released_delays_nobody_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "LOCK_PATIENCE_S", 0.1)
    with Record("dsw-1", tmp_path).open():
        put(Record("dsw-1", tmp_path), "aa", ONE)
    assert "cannot be recorded" in caplog.text
