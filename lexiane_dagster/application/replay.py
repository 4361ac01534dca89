"""Answering recorded questions again, under the recorded conditions (docs/replay.md)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from lexiane_dagster.application.answer import Asker
from lexiane_dagster.application.backends import Backends
from lexiane_dagster.application.records import (
    checked_record,
    may_see,
    not_for_you,
    stored_answer,
)
from lexiane_dagster.application.replay_stages import StagedReplay
from lexiane_dagster.domain.errors import AnalysisError, IntegrityError, NotFoundError
from lexiane_dagster.domain.ledger.entry import ERASURE, Entry
from lexiane_dagster.domain.ledger.erasures import Erasures
from lexiane_dagster.domain.record import RANKING, AnswerRecord
from lexiane_dagster.domain.redaction import Authorised
from lexiane_dagster.domain.replay import (
    ANALYSIS,
    VERSION_STAGE,
    Outcome,
    Replay,
    StageResult,
    Verdict,
    concluded,
)
from lexiane_dagster.ports.ledger import StoredEntry
from lexiane_dagster.ports.progress import Progress

# Answers that are read, and replays that are recorded, at once.
BATCH = 300


def replay(
    answer_ids: Sequence[int],
    asker_for: Callable[[str], Asker],
    backends: Backends,
    progress: Progress,
    *,
    groups: frozenset[str] | None,
    record: bool = True,
) -> list[Replay]:
    """The verdict on each of `answer_ids`, in their order.

    `asker_for` opens a version by its full digest; each is opened once. `groups` are those of whoever
    asks; None is for jobs that show no content and may replay everything. Each replay becomes a leaf
    of the ledger unless `record` is False.

    Raises:
        NotFoundError: one of them is no answer, or was given to groups that are not in `groups`.
        UnavailableError: the replays cannot be recorded.
    """
    ledger = backends.ledger
    wanted = [stored_answer(ledger, answer_id) for answer_id in answer_ids]
    erasures = [(index, ledger.entry(index).entry) for index in ledger.find(ERASURE)]
    found: dict[int, Replay] = {}
    with progress.stage("replays", len(wanted)) as advance:
        in_order = sorted(wanted, key=lambda stored: (stored.version or "", stored.index))
        for version, answers in groupby(in_order, key=lambda stored: stored.version or ""):
            again = _Again(version, asker_for, backends, erasures, groups)
            for batch in _batches(list(answers)):
                replays = []
                for item in again.of(batch):
                    replays.append(item)
                    advance(1)
                if record:
                    ledger.append([item.event() for item in replays])
                found |= {item.answer_id: item for item in replays}
    return [found[answer_id] for answer_id in answer_ids]


@dataclass(frozen=True, slots=True)
class _Gone:
    """Why no answer of a version can be replayed."""

    reason: str
    stages: tuple[StageResult, ...]


class _Again:
    """The answers of one version. The version is opened when the first of them needs it."""

    def __init__(
        self,
        version: str,
        asker_for: Callable[[str], Asker],
        backends: Backends,
        erasures: Sequence[tuple[int, Entry]],
        groups: frozenset[str] | None,
    ) -> None:
        self._version = version
        self._asker_for = asker_for
        self._ledger = backends.ledger
        self._tables = backends.tables
        self._erasures = Erasures(erasures)
        self._authorised = Authorised(entry for _, entry in erasures)
        self._groups = groups
        self._opened: Asker | _Gone | None = None

    def of(self, answers: Sequence[StoredEntry]) -> Iterator[Replay]:
        fields = self._ledger.fields([stored.index for stored in answers])
        for stored in answers:
            try:
                record = checked_record(
                    stored.index, stored.entry, fields[stored.index], self._erasures
                )
            except (IntegrityError, ValueError) as error:
                yield self._damaged(stored.index, str(error))
                continue
            if record.version != self._version:
                yield self._damaged(stored.index, "the catalog names another version than the leaf")
                continue
            if self._groups is not None and not may_see(record, self._groups):
                raise not_for_you(stored.index)
            yield self._replayed(record)

    def _damaged(self, answer_id: int, detail: str) -> Replay:
        reason = f"record damaged: {detail}"
        return Replay(answer_id, self._version, Verdict.UNAVAILABLE, None, reason, "recorded", ())

    def _replayed(self, record: AnswerRecord) -> Replay:
        if not record.replayable:
            return self._erased(record, "the question, or what it was asked with, was erased")
        if self._opened is None:
            self._opened = self._open()
        if isinstance(self._opened, Asker):
            return StagedReplay(record, self._opened).run()
        if self._version in self._authorised.collected:
            return self._erased(record, "the version was collected")
        stages, reason = self._opened.stages, self._opened.reason
        return concluded(record.answer_id, self._version, stages, "recorded", 0, 0, reason)

    def _open(self) -> "Asker | _Gone":
        try:
            asker = self._asker_for(self._version.partition("@")[2])
        except NotFoundError as error:
            return _gone("version gone", VERSION_STAGE, error.detail)
        except IntegrityError as error:
            return _gone("version damaged", VERSION_STAGE, error.detail)
        except AnalysisError as error:
            return _gone("analysis changed", ANALYSIS, error.detail)
        redaction = self._tables.redaction("chunks", asker.version.manifest.chunks)
        if redaction is not None and not self._authorised.allows(redaction):
            detail = f"{len(redaction.erased)} chunks are missing, and no erasure says so"
            return _gone("version damaged", VERSION_STAGE, detail)
        return asker

    def _erased(self, record: AnswerRecord, detail: str) -> Replay:
        ranked = record.entry.items(RANKING)
        stages = [StageResult(VERSION_STAGE, Outcome.ERASED, detail)]
        return concluded(record.answer_id, record.version, stages, "recorded", ranked, ranked)


def _gone(reason: str, stage: str, detail: str) -> _Gone:
    before = [StageResult(VERSION_STAGE, Outcome.SAME)] if stage == ANALYSIS else []
    return _Gone(reason, (*before, StageResult(stage, Outcome.UNAVAILABLE, detail)))


def _batches(answers: Sequence[StoredEntry]) -> Iterator[Sequence[StoredEntry]]:
    for start in range(0, len(answers), BATCH):
        yield answers[start : start + BATCH]
