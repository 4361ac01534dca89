"""The folder source: names, selection, access, links, and everything that can go wrong."""

import os
import re
import socket
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lexiane_dagster.adapters.filesystem import AccessRule, FolderSource
from lexiane_dagster.domain.corpus import SourceDocument
from lexiane_dagster.domain.errors import ConfigurationError, DocumentError, SourceError
from tests.contracts.source_contract import read_all


def source(root: Path, **options: object) -> FolderSource:
    return FolderSource(root, **{"max_bytes": 10_000, **options})  # type: ignore[arg-type]


def write(path: Path, content: str | bytes = "text") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def ids(root: Path, **options: object) -> list[str]:
    return [entry.document_id for entry in source(root, **options).entries()]


def read(root: Path, name: str, **options: object) -> SourceDocument:
    reader = source(root, **options)
    return reader.read(next(e for e in reader.entries() if e.document_id == name))


def refusal(root: Path, name: str, **options: object) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        read(root, name, **options)
    assert caught.value.document_id == name
    assert repr(name) in str(caught.value)
    assert caught.value.remedy
    return caught.value


# ----- which files are documents


def test_hidden_files_locks_and_sidecars_are_no_documents(tmp_path: Path) -> None:
    for name in ("a.md", "a.md.lexiane.yaml", ".env", ".git/config", "~$a.docx", "d/.x", "d/b.md"):
        write(tmp_path / name, "")
    assert ids(tmp_path) == ["a.md", "d/b.md"]


def test_patterns_select(tmp_path: Path) -> None:
    for name in ("a.md", "b.txt", "drafts/c.md", "x/drafts/d.md", "x/e.md", "old.md"):
        write(tmp_path / name)
    write(tmp_path / ".lexianeignore", "# comment\nold.md\n")
    assert ids(tmp_path, include=["*.md"], exclude=["drafts/"]) == ["a.md", "x/e.md"]
    assert ids(tmp_path, exclude=["/drafts", "!b.txt"])[:2] == ["a.md", "b.txt"]


def test_a_pattern_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="exclude"):
        source(tmp_path, exclude=["!"])


@pytest.mark.parametrize(
    "rule", [AccessRule("!a", ("g",)), AccessRule("a", ()), AccessRule("", ("g",))]
)
def test_an_access_rule_that_protects_nothing_is_refused(tmp_path: Path, rule: AccessRule) -> None:
    with pytest.raises(ConfigurationError):
        source(tmp_path, access=[rule])


def test_media_types_do_not_depend_on_the_machine(tmp_path: Path) -> None:
    for name in ("a.MD", "b.unknown", "c", "d.dat"):
        write(tmp_path / name)
    found = read_all(source(tmp_path, media_types={".DAT": "text/csv"}))
    assert [d.media_type for d in found.values()] == [
        "text/markdown",
        "application/octet-stream",
        "application/octet-stream",
        "text/csv",
    ]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.sets(
        st.text(st.characters(exclude_characters="/\0", codec="utf-8"), min_size=1).filter(
            lambda name: (
                not name.startswith((".", "~$"))
                and not name.endswith(".lexiane.yaml")
                and len(name.encode()) < 200
            )
        ),
        min_size=1,
        max_size=6,
    )
)
def test_any_name_works(tmp_path_factory: pytest.TempPathFactory, names: set[str]) -> None:
    root = tmp_path_factory.mktemp("names")
    for name in names:
        write(root / name, name)
    found = read_all(source(root, access=[AccessRule("**", ("g",))]))
    assert {name: d.raw.decode() for name, d in found.items()} == {name: name for name in names}
    assert list(found) == sorted(names, key=str.encode)
    assert all(d.groups == ("g",) for d in found.values())


def test_a_line_feed_in_a_name_slips_past_no_rule(tmp_path: Path) -> None:
    write(tmp_path / "private" / "a\nb.txt")
    write(tmp_path / "x.md\n")
    found = read_all(source(tmp_path, access=[AccessRule("private/*.txt", ("board",))]))
    assert found["private/a\nb.txt"].groups == ("board",)
    assert ids(tmp_path, include=["*.md", "*.txt"]) == ["private/a\nb.txt"]


def test_a_name_that_is_not_utf8_is_refused_and_shown(tmp_path: Path) -> None:
    write(tmp_path / os.fsdecode(b"caf\xe9.txt"))
    write(tmp_path / "z.txt")
    assert ids(tmp_path) == ["caf\\xe9.txt", "z.txt"]
    assert refusal(tmp_path, "caf\\xe9.txt").reason == "name_not_utf8"


def test_two_names_that_are_shown_alike_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "caf\\xe9.txt")
    write(tmp_path / os.fsdecode(b"caf\xe9.txt"))
    with pytest.raises(SourceError, match="alike"):
        ids(tmp_path)


# ----- access and metadata


def test_rules_and_sidecar_add_up(tmp_path: Path) -> None:
    write(tmp_path / "hr" / "a.md")
    write(
        tmp_path / "hr" / "a.md.lexiane.yaml",
        "groups: [board, hr]\nmetadata: {year: 2025, tags: [x, {y: null}], open: true}\n",
    )
    rules = [AccessRule("hr/", ("staff", "hr")), AccessRule("*.md", ("readers",))]
    document = read(tmp_path, "hr/a.md", access=rules)
    assert document.groups == ("board", "hr", "readers", "staff")
    assert document.metadata == {"year": 2025, "tags": ["x", {"y": None}], "open": True}


def test_without_rules_there_are_no_groups_and_no_metadata(tmp_path: Path) -> None:
    write(tmp_path / "a.md")
    write(tmp_path / "a.md.lexiane.yaml", "")
    document = read(tmp_path, "a.md")
    assert (document.groups, document.metadata) == ((), {})


@pytest.mark.parametrize(
    ("sidecar", "problem"),
    [
        ("metadata: {weight: 1.5}", "float"),
        ("metadata: {day: 2025-01-02}", "date"),
        ("metadata: {big: 9007199254740992}", "integer"),
        ("metadata: {1: x}", "keys"),
        ("metadata: [x]", "`metadata`"),
        ("groups: staff", "`groups`"),
        ("groups: ['']", "`groups`"),
        ("group: [staff]", "'group'"),
        ("groups: [a]\ngroups: [b]", "twice"),
        ("metadata: {a: &x [1], b: *x}", "alias"),
        ("[]", "map"),
        ("groups: [", "flow"),
        (b"groups: [\xff]", "decode"),
        ("x" * 70_000, "bytes"),
    ],
)
def test_a_wrong_sidecar_stops_its_document(
    tmp_path: Path, sidecar: str | bytes, problem: str
) -> None:
    write(tmp_path / "a.md")
    write(tmp_path / "a.md.lexiane.yaml", sidecar)
    error = refusal(tmp_path, "a.md")
    assert error.reason == "sidecar_invalid"
    assert problem in str(error)
    assert "a.md.lexiane.yaml" in error.remedy


def test_a_sidecar_without_document_is_an_error(tmp_path: Path) -> None:
    write(tmp_path / "a.md")
    write(tmp_path / "b.md.lexiane.yaml")
    with pytest.raises(SourceError, match=r"b\.md\.lexiane\.yaml"):
        ids(tmp_path)
    assert ids(tmp_path, exclude=["b.md.lexiane.yaml"]) == ["a.md"]


# ----- links and special files


def test_links_inside_are_read_and_folder_links_not_followed(tmp_path: Path) -> None:
    write(tmp_path / "d" / "a.md", "content")
    (tmp_path / "link.md").symlink_to("d/a.md")
    (tmp_path / "folder").symlink_to("d")
    (tmp_path / "d" / "loop").symlink_to("..")
    assert ids(tmp_path) == ["d/a.md", "link.md"]
    assert read(tmp_path, "link.md").raw == b"content"


def test_links_that_leave_the_folder_are_refused(tmp_path: Path) -> None:
    secret = write(tmp_path / "secret.txt")
    write(tmp_path / "root-2" / "b.txt")
    root = tmp_path / "root"
    write(root / "a.md")
    (root / "l.txt").symlink_to(secret)
    (root / "m.txt").symlink_to("../root-2/b.txt")
    (root / "n").symlink_to("..")
    assert ids(root) == ["a.md", "l.txt", "m.txt", "n"]
    for name in ("l.txt", "m.txt", "n"):
        assert refusal(root, name).reason == "symlink_outside"
    assert ids(root, exclude=["?.txt", "n"]) == ["a.md"]


def test_a_folder_swapped_for_a_link_is_noticed(tmp_path: Path) -> None:
    root = tmp_path / "root"
    write(root / "d" / "a.md")
    write(tmp_path / "outside" / "a.md", "secret")
    reader = source(root)
    entry = next(reader.entries())
    (root / "d").rename(tmp_path / "moved")
    (root / "d").symlink_to(tmp_path / "outside")
    with pytest.raises(DocumentError) as caught:
        reader.read(entry)
    assert caught.value.reason == "symlink_outside"


def test_broken_links_and_loops_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.md").symlink_to("nothing.md")
    (tmp_path / "b.md").symlink_to("b.md")
    assert refusal(tmp_path, "a.md").reason == "symlink_broken"
    assert refusal(tmp_path, "b.md").reason == "symlink_broken"


def test_special_files_never_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s.txt")
        assert refusal(tmp_path, "pipe.txt").reason == "not_a_file"
        assert refusal(tmp_path, "s.txt").reason == "not_a_file"


# ----- files that cannot be read, or not now


def test_a_file_above_the_limit_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "big.txt").open("wb") as file:
        file.truncate(100_000_000)
    error = refusal(tmp_path, "big.txt", max_bytes=50_000_000)
    assert error.reason == "too_large"
    assert "100,000,000" in str(error)
    assert "50,000,000" in str(error)
    for way in ("limits.max_bytes", "exclude", "on_error: quarantine"):
        assert way in error.remedy


def test_a_file_of_exactly_the_limit_is_read(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "x" * 10_000)
    assert len(read(tmp_path, "a.txt").raw) == 10_000


def test_an_unreadable_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a.txt").chmod(0)

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    # Nothing is unreadable for root.
    if os.geteuid() == 0:
        monkeypatch.setattr(os, "open", refuse)
    error = refusal(tmp_path, "a.txt")
    assert error.reason == "unreadable"
    assert "Permission denied" in str(error)


def test_an_unreadable_folder_stops_the_listing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "d" / "a.txt")
    scandir = os.scandir

    def refuse(path: bytes) -> object:
        if path.endswith(b"d/"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(SourceError, match="'d/'") as caught:
        ids(tmp_path)
    assert not isinstance(caught.value, DocumentError)


def test_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt")
    reader = source(tmp_path)
    entry = next(reader.entries())
    path.unlink()
    with pytest.raises(DocumentError) as caught:
        reader.read(entry)
    assert caught.value.reason == "vanished"


def test_a_file_being_rewritten_is_of_one_instant_or_refused(tmp_path: Path) -> None:
    size = 2_000_000
    versions = [letter * size for letter in (b"a", b"b")]
    path = write(tmp_path / "a.txt", versions[0])
    stop = threading.Event()

    def rewrite() -> None:
        with path.open("r+b", buffering=0) as file:
            turn = 0
            while not stop.is_set():
                turn += 1
                file.seek(0)
                file.write(versions[turn % 2])

    writer = threading.Thread(target=rewrite)
    writer.start()
    outcomes = set()
    try:
        for _ in range(15):
            try:
                content = read(tmp_path, "a.txt", max_bytes=10_000_000).raw
            except DocumentError as error:
                outcomes.add(error.reason)
            else:
                # A half-written file is the file of that instant; a mixture of two is not.
                assert len(content) == size
                assert len(re.findall(b"a+|b+", content)) <= 2
    finally:
        stop.set()
        writer.join()
    assert outcomes <= {"changed_while_read"}


def test_a_file_that_always_changes_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "a.txt", "one")
    pread = os.pread
    reads = iter(range(100))

    def touched(descriptor: int, count: int, offset: int) -> bytes:
        found = pread(descriptor, count, offset)
        os.utime(path, ns=(0, next(reads)))
        return found

    monkeypatch.setattr(os, "pread", touched)
    error = refusal(tmp_path, "a.txt")
    assert error.reason == "changed_while_read"
    assert "3 attempts" in str(error)


# ----- the folder as a whole


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="does not exist") as caught:
        ids(tmp_path / "missing")
    assert "source.path" in caught.value.remedy
    with pytest.raises(SourceError, match="not a folder"):
        ids(write(tmp_path / "file"))


def test_a_folder_of_nothing_is_an_error(tmp_path: Path) -> None:
    write(tmp_path / ".hidden")
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match="No document") as caught:
        ids(tmp_path)
    assert "include" in caught.value.remedy


def test_listing_is_lazy(tmp_path: Path) -> None:
    write(tmp_path / "a.md")
    write(tmp_path / "z" / "b.md")
    listing = source(tmp_path).entries()
    assert next(listing).document_id == "a.md"
    write(tmp_path / "z" / "c.md")
    assert [entry.document_id for entry in listing] == ["z/b.md", "z/c.md"]
