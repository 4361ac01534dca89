"""One contract for every object store."""

import multiprocessing
import os
import subprocess
from pathlib import Path

import pytest

from lexiane_dagster.adapters.memory.objects import MemoryObjectStore, OverlayObjectStore
from lexiane_dagster.adapters.objects.store import FolderObjectStore
from lexiane_dagster.application.preserve import object_key, preserve, preserved
from lexiane_dagster.domain.errors import IntegrityError, NotFoundError, UnavailableError
from lexiane_dagster.ports.object_store import ObjectStore


@pytest.fixture(params=["memory", "overlay", "folder"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    if request.param == "memory":
        return MemoryObjectStore()
    if request.param == "overlay":
        return OverlayObjectStore(MemoryObjectStore())
    return FolderObjectStore(tmp_path / "store")


def test_what_is_put_can_be_got(store: ObjectStore) -> None:
    assert store.put("a/b", b"one")
    assert store.get("a/b") == b"one"
    assert store.exists("a/b")
    assert not store.exists("a/c")


def test_put_creates_only(store: ObjectStore) -> None:
    assert store.put("a/b", b"one")
    assert not store.put("a/b", b"two")
    assert store.get("a/b") == b"one"


def test_files_are_put_whole(store: ObjectStore, tmp_path: Path) -> None:
    file = tmp_path / "large"
    file.write_bytes(os.urandom(3_000_000))
    assert store.put_file("a/large", file)
    assert not store.put_file("a/large", file)
    assert store.get("a/large") == file.read_bytes()


def test_keys_are_listed_in_order_below_a_prefix(store: ObjectStore) -> None:
    for key in ("b/2", "a/1", "b/10", "c/1"):
        store.put(key, b"x")
    assert list(store.keys("b/")) == ["b/10", "b/2"]


def test_what_is_missing_is_named(store: ObjectStore) -> None:
    with pytest.raises(NotFoundError, match="a/b"):
        store.get("a/b")
    store.delete("a/b")


def test_deleted_objects_are_gone(store: ObjectStore) -> None:
    store.put("a/b", b"one")
    store.delete("a/b")
    assert not store.exists("a/b")


def test_a_plan_reads_the_base_and_never_writes_it() -> None:
    base = MemoryObjectStore()
    base.put("a", b"base")
    layer = OverlayObjectStore(base)
    assert layer.get("a") == b"base"
    assert not layer.put("a", b"other")
    assert layer.put("b", b"new")
    assert list(layer.keys("")) == ["a", "b"]
    assert not base.exists("b")


def test_preserved_bytes_are_checked(tmp_path: Path) -> None:
    store = FolderObjectStore(tmp_path)
    digest = preserve(store, b"evidence")
    assert preserved(store, digest) == b"evidence"
    file = tmp_path / object_key(digest)
    file.write_bytes(b"evidencf")
    with pytest.raises(IntegrityError, match=digest):
        preserved(store, digest)


def race(folder: Path, number: int, wins: "multiprocessing.Queue[int]") -> None:
    store = FolderObjectStore(folder)
    for key in range(200):
        if store.put(f"race/{key}", str(number).encode() * 1000):
            wins.put(key)


def test_of_two_writers_of_one_key_one_wins(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    wins = context.Queue()
    writers = [context.Process(target=race, args=(tmp_path, n, wins)) for n in range(3)]
    for writer in writers:
        writer.start()
    won = sorted(wins.get(timeout=60) for _ in range(200))
    for writer in writers:
        writer.join(60)
        assert writer.exitcode == 0
    assert won == list(range(200))
    assert wins.empty()
    store = FolderObjectStore(tmp_path)
    assert all(len(set(store.get(f"race/{key}"))) == 1 for key in range(200))


def fill(store: ObjectStore) -> None:
    for number in range(100):
        store.put(f"a/{number}", os.urandom(100_000))


def test_a_full_disk_is_a_clear_error_and_leaves_nothing_visible(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode != 0:
        pytest.skip("mounting a small tmpfs needs privileges that this machine does not give")
    try:
        store = FolderObjectStore(disk / "store")
        with pytest.raises(UnavailableError, match="disk") as raised:
            fill(store)
        assert "space" in raised.value.remedy
        assert all(len(store.get(key)) == 100_000 for key in store.keys(""))
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_a_clear_error(tmp_path: Path) -> None:
    store = FolderObjectStore(tmp_path)
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(UnavailableError):
            store.put("a/b", b"x")
    finally:
        tmp_path.chmod(0o700)
