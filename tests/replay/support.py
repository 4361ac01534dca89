"""Projects with recorded answers, and replays of them in this process or in another one."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lexiane_dagster.application.answer import Asker
from lexiane_dagster.application.replay import replay
from lexiane_dagster.bootstrap import Application, application
from lexiane_dagster.domain.ledger.entry import REPLAY
from lexiane_dagster.domain.record import AnswerRecord
from lexiane_dagster.domain.replay import STAGES, Replay
from lexiane_dagster.entrypoints.cli.output import NoProgress
from tests.pipeline.documents import QUESTIONS
from tests.pipeline.support import CORPUS, Project

STAFF = "staff"
SOURCE = {
    "type": "folder",
    "path": "docs",
    "access": [{"pattern": "claims/**", "groups": [STAFF]}],
}
PRINCIPAL = "u-4711"
# What each stage of an identical replay comes to.
SAME = dict.fromkeys(STAGES, "same")


@dataclass(frozen=True)
class Ask:
    """One question with what it is asked with."""

    question: str
    groups: tuple[str, ...] = ()
    top: int = 10


ASKS = (
    *(Ask(question, tuple(groups), top) for top in (10, 1, 100) for question, groups in QUESTIONS),
    Ask("Wie viele Wochen Elternzeit gibt es — „zusammen“?"),
    Ask("uranium zymurgy", ("board", STAFF)),
    Ask("the of and", (STAFF,)),
    Ask("leave " * 1200, (), 3),
    Ask("?!", (), 2),
)


def asker(app: Application, **changes: Any) -> Asker:
    """What answers on the released version, with some parts exchanged."""
    version = app.backends.catalog.release(CORPUS, "production")
    assert version is not None
    return replace(app.asker(version, NoProgress()), **changes)


def ask_all(root: Path, asks: Iterable[Ask]) -> list[int]:
    """Record an answer to each; their numbers."""
    asking = asker(application(root))
    return [asking.ask(item.question, item.groups, item.top, PRINCIPAL).answer_id for item in asks]


def replayed(
    project: Project,
    answer_ids: Sequence[int],
    changed: Callable[[Asker], Asker] = lambda same: same,
    record: bool = False,
) -> list[Replay]:
    """Replay in this process, with some parts of what answers exchanged."""
    app = application(project.root)
    return replay(
        answer_ids,
        lambda version: changed(app.asker(version, NoProgress())),
        app.backends,
        NoProgress(),
        groups=None,
        record=record,
    )


def outcomes(found: Replay) -> dict[str, str]:
    return {item.stage: item.outcome.value for item in found.stages}


def the_one(found: Sequence[Replay]) -> Replay:
    assert len(found) == 1
    return found[0]


def record_of(project: Project, answer_id: int) -> AnswerRecord:
    from lexiane_dagster.application.records import all_records

    return all_records(application(project.root).backends.ledger, [answer_id])[0]


def replay_leaves(project: Project) -> list[dict[str, Any]]:
    ledger = application(project.root).backends.ledger
    return [dict(ledger.entry(index).entry.body) for index in ledger.find(REPLAY)]
