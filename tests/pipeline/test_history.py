"""The same content gives the same version and the same ranked lists, whatever came before."""

import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.documents import QUESTIONS, base_documents, pool
from tests.pipeline.support import CORPUS, HASH, MODEL, Project

SIDECAR = ".lexiane.yaml"
# Order of the files, hash seed, threads of the numeric libraries, threads of the index.
AT_ONCE = ((1, "1", "1", 1), (2, "2", "4", 3), (3, "3", "2", 2), (4, "4", "7", 16))


@pytest.mark.parametrize(
    ("embedder", "steps", "kills", "at_once"),
    [
        pytest.param(MODEL, 8, 5, 2, id="model"),
        pytest.param(MODEL, 30, 20, 4, id="model-long", marks=pytest.mark.long),
        pytest.param(HASH, 30, 20, 4, id="hash-long", marks=pytest.mark.long),
    ],
)
def test_history_leaves_no_trace(
    tmp_path: Path, embedder: dict[str, Any], steps: int, kills: int, at_once: int
) -> None:
    rng = random.Random(steps)
    grown = Project.make(tmp_path / "grown", base_documents(), embedder=embedder)
    started = time.monotonic()
    built = grown.build()
    seconds = time.monotonic() - started
    seen = {built["version"]}
    killed_at = [rng.randrange(steps) for _ in range(kills)]
    for step, change in zip(range(steps), changes(grown, rng), strict=False):
        assert change
        grown.environment["OMP_NUM_THREADS"] = str(rng.choice((1, 2, 5)))
        grown.profile(index={"threads": rng.choice((1, 2, 5))})
        for _ in range(killed_at.count(step)):
            kill_a_build(grown, rng, seconds)
        built = grown.build()
        seen.add(built["version"])
    assert len(seen) == steps + 1, "a step changed nothing"
    expected = grown.rankings(QUESTIONS)
    assert any(row["dense_rank"] and row["lexical_rank"] for row in expected[0]["ranking"])
    manifest = grown.manifest(built["version"])
    files = {str(f.relative_to(grown.docs)): f.read_bytes() for f in grown.docs.rglob("*.*")}
    for order, seed, numeric, index in AT_ONCE[:at_once]:
        names = list(files)
        random.Random(order).shuffle(names)
        once = Project.make(
            tmp_path / f"once{order}", {name: files[name] for name in names}, embedder=embedder
        )
        once.profile(index={"threads": index})
        made = once.fresh(
            "build", CORPUS, "--json", PYTHONHASHSEED=seed, OMP_NUM_THREADS=numeric
        ).json
        assert made["version"] == built["version"]
        assert once.manifest(made["version"]) == manifest
        assert once.rankings(QUESTIONS) == expected
        question, groups = QUESTIONS[1]
        options = [part for group in groups for part in ("--group", group)]
        assert once.run("search", CORPUS, question, "--json", *options).json == expected[1]


def kill_a_build(project: Project, rng: random.Random, seconds: float) -> None:
    """kill -9 at a random instant of a build; one that ended before is tried again, sooner."""
    while True:
        running = project.start("build", CORPUS)
        time.sleep(rng.uniform(0, seconds))
        if running.kill():
            return
        seconds /= 2


def changes(project: Project, rng: random.Random) -> Iterator[str]:
    """Random changes to the documents, carried out one by one."""
    donors = pool()
    spare = sorted(donors)
    rng.shuffle(spare)
    for turn in range(10**6):
        kind = ("add", "edit", "rename", "restrict", "delete")[
            turn % 5 if turn < 5 else rng.randrange(5)
        ]
        documents = sorted(
            str(f.relative_to(project.docs))
            for f in project.docs.rglob("*.*")
            if not f.name.endswith(SIDECAR)
        )
        name = rng.choice(documents)
        file = project.docs / name
        if kind == "add" or len(documents) < 3:
            added = spare.pop() if spare else f"more/{turn}.txt"
            text = donors.get(added, f"Note {turn}: the {rng.random()} of notes.\n".encode())
            project.write(added, text)
        elif kind == "edit":
            text = file.read_bytes()
            at = text.index(b" ", rng.randrange(len(text) // 2))
            file.write_bytes(text[:at] + f" (amended {turn})".encode() + text[at:])
        elif kind == "restrict":
            project.write(name + SIDECAR, f"groups: [staff]\nmetadata: {{turn: {turn}}}\n")
        else:
            target = file.with_name(f"renamed-{turn}{file.suffix}")
            for ending in ("", SIDECAR):
                if (origin := file.with_name(file.name + ending)).exists():
                    if kind == "delete":
                        origin.unlink()
                    else:
                        origin.rename(target.with_name(target.name + ending))
        yield kind
