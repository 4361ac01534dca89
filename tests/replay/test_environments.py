"""The same answers in 13 environments, each a new interpreter, as what they came from goes away."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

import pytest

from lexiane_dagster.bootstrap import application
from lexiane_dagster.domain.ledger.entry import ANSWER
from tests.pipeline.support import CORPUS, Project
from tests.replay.conftest import Asked
from tests.replay.support import ASKS, STAFF, Ask, ask_all

CRANFIELD = Path(__file__).parents[2].parent / "shared" / "data" / "cranfield"
NEEDED = ("corpus.jsonl", "queries.jsonl")
ANSWERS = 1000
GROUPS = ("board", "lab", STAFF)


def nothing(project: Project) -> Project:
    return project


def source_gone_and_built_again(project: Project) -> Project:
    """Other documents are released; those that were quoted are gone."""
    shutil.rmtree(project.docs, ignore_errors=True)
    for file in project.root.glob("*.jsonl"):
        file.unlink()
    project.write("later.md", "# Later\n\nAnnual leave is a matter of another book now.\n")
    project.declare(embedder={"type": "hash"}, language="none")
    project.profile(generator={"max_quotes": 1}, index={"threads": 1})
    before = project.released()
    assert project.build()["version"] != before
    return project


def caches_gone(project: Project) -> Project:
    """Index files and memos are made again; tests/pipeline/test_damage.py compares their bytes."""
    for name in ("derived", "memo"):
        shutil.rmtree(project.home / name)
    return project


def elsewhere(project: Project) -> Project:
    return project.copy(project.root.with_name("sömewhere else"))


@dataclass(frozen=True)
class Environment:
    name: str
    variables: dict[str, str] = field(default_factory=dict)
    change: Callable[[Project], Project] = nothing


ENVIRONMENTS = (
    Environment("hash seed 0", {"PYTHONHASHSEED": "0"}),
    Environment("another hash seed", {"PYTHONHASHSEED": "4242"}),
    Environment("one thread", {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}),
    Environment("many threads", {"OMP_NUM_THREADS": "16", "OPENBLAS_NUM_THREADS": "16"}),
    Environment("BLAS kernels of Haswell", {"OPENBLAS_CORETYPE": "Haswell"}),
    Environment("BLAS kernels of Skylake", {"OPENBLAS_CORETYPE": "SkylakeX"}),
    Environment(
        "oldest kernels everywhere",
        {
            "OPENBLAS_CORETYPE": "Prescott",
            "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR",
            "ATEN_CPU_CAPABILITY": "default",
            "DNNL_MAX_CPU_ISA": "SSE41",
            "MKL_ENABLE_INSTRUCTIONS": "SSE4_2",
        },
    ),
    Environment(
        "locale without UTF-8",
        {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ),
    Environment("time zone", {"TZ": "Pacific/Chatham", "LC_ALL": "tr_TR.UTF-8"}),
    Environment("python -OO", {"PYTHONOPTIMIZE": "2"}),
    Environment("source gone, built again", change=source_gone_and_built_again),
    Environment("caches gone", change=caches_gone),
    Environment("another path", change=elsewhere),
)


def replay_in(project: Project, environment: Environment) -> list[dict[str, object]]:
    """Replay every answer in a new interpreter."""
    groups = [part for group in GROUPS for part in ("--group", group)]
    found = project.fresh("replay", "--all", "--json", *groups, **environment.variables)
    assert found.code == 0, found.err
    replays: list[dict[str, object]] = json.loads(found.out)
    return replays


def replay_everywhere(project: Project, answers: int) -> dict[str, int]:
    """In each environment, every answer is identical; how many needed the recorded vector."""
    recorded = {}
    for environment in ENVIRONMENTS:
        project = environment.change(project)
        found = replay_in(project, environment)
        assert len(found) == answers
        assert {item["verdict"] for item in found} == {"IDENTICAL"}, environment.name
        recorded[environment.name] = sum(item["query_vector"] == "recorded" for item in found)
    return recorded


def test_answers_are_identical_in_every_environment(own: Asked) -> None:
    recorded = replay_everywhere(own.project, len(ASKS))
    assert set(recorded.values()) == {0}, (
        "hashing needs no arithmetic that a processor could change"
    )


@pytest.mark.long
@pytest.mark.skipif(
    not all((CRANFIELD / name).is_file() for name in NEEDED),
    reason="the Cranfield collection (shared/data/cranfield) is missing",
)
def test_a_thousand_answers_on_cranfield(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = Project(tmp_path / "p")
    assert project.run("add", CORPUS, str(CRANFIELD / NEEDED[0]), "--project", ".").code == 0
    shutil.copy(CRANFIELD / NEEDED[0], project.root / "corpus.jsonl")
    source = {
        "type": "jsonl",
        "path": "corpus.jsonl",
        "access": [{"pattern": "*7", "groups": ["lab"]}],
    }
    project.declare(source=source)
    project.build()
    texts = [json.loads(line)["text"] for line in (CRANFIELD / NEEDED[1]).open(encoding="utf-8")]
    variations = ((10, ()), (10, ("lab",)), (3, ()), (25, ("lab", "board")), (100, ()))
    asks = [Ask(text, groups, top) for (top, groups), text in product(variations, texts)]
    ids = ask_all(project.root, asks[:ANSWERS])
    assert len(set(ids)) == ANSWERS
    recorded = replay_everywhere(project, ANSWERS)
    with capsys.disabled():
        sys.stderr.write(f"\nreached from the recorded vector, of {ANSWERS}: {recorded}\n")


def test_the_variables_take_effect(tmp_path: Path) -> None:
    """An environment that changes nothing would show nothing."""
    pytest.importorskip("threadpoolctl")
    kernels = [item.variables.get("OPENBLAS_CORETYPE") for item in ENVIRONMENTS]
    shown = (
        "import json, sys, time, threadpoolctl, numpy\n"
        "blas = [i for i in threadpoolctl.threadpool_info() if i['internal_api'] == 'openblas']\n"
        "features = numpy._core._multiarray_umath.__cpu_features__\n"
        "json.dump([blas[0]['architecture'] if blas else None, features.get('X86_V3'),"
        " sys.flags.optimize, time.tzname[0], sys.stdout.encoding], sys.stdout)"
    )

    def seen(**variables: str) -> list[object]:
        done = subprocess.run(
            [sys.executable, "-c", shown],
            env=os.environ | variables,
            capture_output=True,
            check=True,
            text=True,
        )
        found: list[object] = json.loads(done.stdout)
        return found

    by_name = {item.name: item.variables for item in ENVIRONMENTS}
    oldest, usual = seen(**by_name["oldest kernels everywhere"]), seen()
    if usual[0] is not None:
        assert usual[0] != oldest[0]
        assert len({seen(OPENBLAS_CORETYPE=kind)[0] for kind in filter(None, kernels)}) == 3
    assert not oldest[1]
    assert seen(**by_name["python -OO"])[2] == 2
    assert seen(**by_name["time zone"])[3] != usual[3]
    assert seen(**by_name["locale without UTF-8"])[4] not in ("utf-8", "utf8", "UTF-8")


def test_all_answers_were_meant(asked: Asked) -> None:
    """The answers that are replayed are many kinds: quotes, abstentions, groups, empty lists."""
    ledger = application(asked.project.root).backends.ledger
    assert list(ledger.find(ANSWER)) == asked.ids
    assert len(asked.ids) == len(ASKS) == 20
