"""A flipped byte is found where it is read, and the file is named."""

import json
import logging
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from lexiane_dagster.application.build_index import load_manifest
from lexiane_dagster.bootstrap import application
from lexiane_dagster.domain.canonical import canonical_bytes
from lexiane_dagster.domain.digest import digest_of_bytes
from lexiane_dagster.domain.errors import IntegrityError, UnavailableError
from lexiane_dagster.entrypoints.cli.output import NoProgress
from tests.pipeline.documents import QUESTIONS
from tests.pipeline.support import CORPUS, HASH, Project

PARKING = "Where do visitors park?"


@pytest.fixture
def project(hashed: Project, tmp_path: Path) -> Project:
    return hashed.copy(tmp_path / "p")


def digest(project: Project) -> str:
    return project.released().partition("@")[2]


def opened(project: Project) -> list[object]:
    """Open the released version, in this process, and search it."""
    asker = application(project.root).asker(digest(project), NoProgress())
    return [asker.search(text, groups).to_json() for text, groups in QUESTIONS]


def read_at_opening(project: Project) -> list[Path]:
    """The manifest and the tables that it binds; vectors are read when the index is built again."""
    manifest = load_manifest(application(project.root).backends.objects, digest(project))
    store = project.home / "store"
    found = [
        store / "versions" / f"{manifest.digest}.json",
        *(store / "documents").rglob(f"{manifest.documents}-*"),
        *(store / "chunks").rglob(f"{manifest.chunks}-*"),
        *(store / "vectors").rglob(f"{manifest.vectors}-*"),
    ]
    assert len(found) == 4
    return found


def flips(file: Path, positions: int) -> Iterator[int]:
    """Flip one bit at a time, and put it back: the first byte, the last, and some between."""
    whole = file.read_bytes()
    rng = random.Random(len(whole))
    for at in {0, len(whole) - 1, *(rng.randrange(len(whole)) for _ in range(positions))}:
        broken = bytearray(whole)
        broken[at] ^= 1 << rng.randrange(8)
        file.write_bytes(broken)
        yield at
    file.write_bytes(whole)


@pytest.mark.parametrize("positions", [6, pytest.param(500, marks=pytest.mark.long)])
def test_the_store(project: Project, positions: int) -> None:
    expected = opened(project)
    derived = project.home / "derived" / digest(project)
    for file in read_at_opening(project):
        for at in flips(file, positions):
            if file.is_relative_to(project.home / "store" / "vectors"):
                shutil.rmtree(derived, ignore_errors=True)
            with pytest.raises(IntegrityError, match=file.name) as caught:
                opened(project)
            assert caught.value.remedy, at
    assert opened(project) == expected


@pytest.mark.parametrize("positions", [2, pytest.param(100, marks=pytest.mark.long)])
def test_derived_files(project: Project, positions: int, caplog: pytest.LogCaptureFixture) -> None:
    expected = opened(project)
    derived = project.home / "derived" / digest(project)
    files = sorted(derived.iterdir())
    contents = [file.read_bytes() for file in files]
    assert len(files) > 10
    for file in files:
        for at in flips(file, positions):
            caplog.clear()
            with caplog.at_level(logging.WARNING):
                assert opened(project) == expected
            assert any(file.name in record.message for record in caplog.records), (file.name, at)
            assert [each.read_bytes() for each in files] == contents
    file = files[0]
    file.unlink()
    assert opened(project) == expected
    assert sorted(derived.iterdir()) == files


def test_on_the_command_line(project: Project) -> None:
    """Exit code 6 and the file's name; a damaged index is a warning."""
    manifest = read_at_opening(project)[0]
    for command in ("ask", "search"):
        for _ in flips(manifest, 0):
            problem = project.run(command, CORPUS, PARKING, "--json").problem
            assert problem["exit_code"] == 6
            assert manifest.name in problem["detail"]
    before = project.says(PARKING)
    file = project.home / "derived" / digest(project) / "vectors.npy"
    next(flips(file, 0))
    found = project.run("ask", CORPUS, PARKING, "--json")
    assert found.json | before == found.json
    assert "vectors.npy" in found.err
    assert project.says(PARKING) == before


def test_the_cited_text(project: Project) -> None:
    """The preserved text is checked when it is quoted, and only a text that was quoted is read."""
    answer = project.says(PARKING)
    [document] = {citation["document_id"] for citation in answer["citations"]}
    version = application(project.root).open(digest(project), NoProgress())
    name = version.documents[document].text_digest
    for _ in flips(project.home / "store" / "objects" / name[:2] / name, 0):
        problem = project.run("ask", CORPUS, PARKING, "--json").problem
        assert problem["exit_code"] == 6
        assert name in problem["detail"]
    assert project.says(PARKING) == answer


def test_kept_vectors(project: Project) -> None:
    """A damaged segment of the archive stops the next build that looks a vector up."""
    [segment] = (project.home / "store" / "embeddings").rglob("*.parquet")
    before = project.released()
    for at in flips(segment, 1):
        project.write("new.txt", f"A new text, number {at}.")
        problem = project.refused()
        assert problem["exit_code"] == 6
        assert segment.name in problem["detail"]
        assert project.released() == before
    assert project.build()["embedded"] == 1


def test_every_kind_of_file_is_known(project: Project) -> None:
    """Nothing lies in the store that no test here damages, or that no version needs."""
    project.declare(embedder=HASH)
    store = project.home / "store"
    backends = application(project.root).backends
    documents = backends.tables.documents(
        load_manifest(backends.objects, digest(project)).documents
    )
    preserved = {row.raw_digest for row in documents} | {row.text_digest for row in documents}
    handles = set(project.data_versions().values())
    objects = {file.name for file in (store / "objects").rglob("*") if file.is_file()}
    assert objects == preserved | (handles - {digest(project)})
    kinds = {file.name for file in store.iterdir() if not file.name.startswith(".")}
    assert kinds == {
        "chunks",
        "documents",
        "embeddings",
        "objects",
        "vectors",
        "versions",
        "waived",
    }


def test_a_manifest_of_a_later_format(project: Project) -> None:
    """What a newer release wrote is told from damage: its name is right, its format unknown."""
    store = project.home / "store" / "versions"
    manifest = json.loads((store / f"{digest(project)}.json").read_bytes())
    later = canonical_bytes({**manifest, "format": "lexiane/index-version/v2"})
    name = digest_of_bytes(later)
    (store / f"{name}.json").write_bytes(later)
    with pytest.raises(UnavailableError, match="this release"):
        load_manifest(application(project.root).backends.objects, name)
