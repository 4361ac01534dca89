"""Retention: answers and versions that the rules let go (docs/erasure.md, section 5)."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lexiane_dagster.application.attest import STATEMENT
from lexiane_dagster.application.backends import Backends
from lexiane_dagster.application.derive import derived_folder, remove_derived
from lexiane_dagster.application.erasure.collected import collected_versions
from lexiane_dagster.application.erasure.collecting import collecting
from lexiane_dagster.application.erasure.leaves import LostFields, covered, erasure_events
from lexiane_dagster.application.erasure.sweep import (
    Leftovers,
    leftovers,
    still_needed,
    sweep_unnamed,
)
from lexiane_dagster.domain.canonical import Json
from lexiane_dagster.domain.ledger.entry import ANSWER, GATE, PROMOTION, VERSION
from lexiane_dagster.domain.retention import AnswerRule, Rules, VersionRule, older_than
from lexiane_dagster.domain.version import full_name
from lexiane_dagster.ports.ledger import Ledger
from lexiane_dagster.ports.progress import Progress

RETENTION = "retention"
# Every answer is recorded with one, and only the erasure of the whole answer takes it.
_ALWAYS = "question"


@dataclass(frozen=True, slots=True)
class KeptVersion:
    """A version that stays, and why."""

    name: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RetentionPlan:
    """What a run of retention will do. `answers` are all fields of expired answers, `gates` the details
    of gates of versions that go, `versions` are full names; `interrupted` are those that an earlier run
    was killed over."""

    answers: tuple[LostFields, ...]
    answers_kept: int
    versions: tuple[str, ...]
    gates: tuple[LostFields, ...]
    kept: tuple[KeptVersion, ...]
    interrupted: tuple[str, ...]
    leftovers: Leftovers

    @property
    def empty(self) -> bool:
        return not (self.answers or self.versions or self.leftovers.keys)

    def to_json(self) -> dict[str, Json]:
        return {
            "answers": [item.entry for item in self.answers],
            "answers_kept": self.answers_kept,
            "versions": self.versions,
            "kept": [{"version": item.name, "reasons": item.reasons} for item in self.kept],
            "objects": len(self.leftovers.keys),
            "vectors": len(self.leftovers.texts),
        }


def plan_retention(backends: Backends, rules: Rules, progress: Progress) -> RetentionPlan:
    """Find what the rules let go now, by the clock of `backends`; nothing is changed."""
    now, ledger = backends.clock.now(), backends.ledger
    history = _History.of(ledger)
    expired = {
        index
        for index in history.answers
        if rules.answers and history.expired(index, rules.answers, now)
    }
    pinning: dict[str, int] = defaultdict(int)
    for index, (name, _) in history.answers.items():
        pinning[name] += index not in expired
    gone, kept = _versions(backends, rules.versions, history, pinning, now)
    interrupted = tuple(
        sorted(name for name in collected_versions(ledger) if _is_left(name, backends))
    )
    found = Leftovers()
    if rules.versions or interrupted:
        found = leftovers([*gone, *interrupted], backends, progress)
    fields = ledger.fields(sorted(expired))
    return RetentionPlan(
        tuple(LostFields(index, tuple(sorted(fields[index])), True) for index in sorted(expired)),
        len(history.answers) - len(expired),
        tuple(gone),
        tuple(_gate_details(gone, ledger)),
        tuple(kept),
        interrupted,
        found,
    )


def retain(plan: RetentionPlan, backends: Backends, progress: Progress) -> tuple[int, ...]:
    """Carry a plan out; returns the indexes of the leaves. What was interrupted goes on at the next run.

    Raises:
        UnavailableError: a version was released or asked since the plan was made.
    """
    sweep_unnamed(backends)
    leaves: list[int] = []
    backends.ledger.forget_erased()
    fields = [*plan.answers, *plan.gates]
    if fields:
        told = backends.ledger.erase(erasure_events(RETENTION, fields), covered(fields))
        leaves += told.indexes
    if plan.versions:
        events = erasure_events(RETENTION, versions=plan.versions)
        leaves += backends.catalog.remove_versions(plan.versions, events).indexes
    gone = [*plan.versions, *plan.interrupted]
    for version in sorted(plan.leftovers.versions):
        remove_derived(derived_folder(backends, version))
    if gone:
        backends.memo.clear()
    if plan.leftovers.texts:
        backends.archive.remove(plan.leftovers.texts)
    keys = plan.leftovers.keys
    with collecting(keys, backends.objects):
        lost = plan.leftovers.versions
        needed = still_needed(lost, backends, progress) if keys else set()
        for key in keys:
            if key not in needed:
                backends.objects.delete(key)
    return tuple(leaves)


@dataclass(frozen=True, slots=True)
class _History:
    """What the ledger says of times. `answers`: by index (version, time) of those that still hold
    something; `released`: the releases that pointed at the version of each when it was given;
    `last`: when each version was last built, or a release moved to or from it."""

    answers: Mapping[int, tuple[str, str]]
    released: Mapping[int, tuple[str, ...]]
    last: Mapping[str, str]

    @classmethod
    def of(cls, ledger: Ledger) -> "_History":
        holding = {index for index, path, _ in ledger.fields_at(_ALWAYS) if path == _ALWAYS}
        answers: dict[int, tuple[str, str]] = {}
        released: dict[int, tuple[str, ...]] = {}
        last: dict[str, str] = {}
        pointing: dict[tuple[str, str], str] = {}
        for stored in ledger.entries():
            name = stored.version
            if name is None or stored.type not in (ANSWER, VERSION, PROMOTION):
                continue
            told = json.loads(stored.data)
            body, at = told["body"], told["at"]
            if stored.type == ANSWER and stored.index in holding:
                answers[stored.index] = (name, at)
                released[stored.index] = tuple(
                    sorted(key[1] for key, version in pointing.items() if version == name)
                )
            elif stored.type == VERSION and "reissues" not in body:
                last[name] = at
            elif stored.type == PROMOTION:
                pointing[str(stored.corpus), str(body["release"])] = name
                last.update({each: at for each in (name, body["before"]) if each})
        return cls(answers, released, last)

    def expired(self, index: int, rule: AnswerRule, now: str) -> bool:
        return older_than(self.answers[index][1], rule.days_of(self.released[index]), now)


def _versions(
    backends: Backends,
    rule: VersionRule | None,
    history: _History,
    pinning: Mapping[str, int],
    now: str,
) -> tuple[list[str], list[KeptVersion]]:
    gone: list[str] = []
    kept: list[KeptVersion] = []
    for corpus in backends.catalog.corpora():
        releases = backends.catalog.releases(corpus)
        for place, entry in enumerate(backends.catalog.versions(corpus)):
            name = full_name(corpus, entry.version)
            reasons = [f"release {key}" for key, at in releases.items() if at == entry.version]
            if pinning.get(name):
                reasons.append(f"{pinning[name]} answers")
            if rule is None:
                reasons.append("no rule for versions")
            else:
                if place < rule.keep:
                    reasons.append(f"among the newest {rule.keep}")
                if not older_than(history.last.get(name, entry.created), rule.days, now):
                    reasons.append(f"younger than {rule.days} days")
            if reasons:
                kept.append(KeptVersion(name, tuple(reasons)))
            else:
                gone.append(name)
    return gone, kept


def _gate_details(names: Sequence[str], ledger: Ledger) -> Iterator[LostFields]:
    """What gates said of versions that go, which may name documents; the signed statements stay."""
    for name in names:
        for index, fields in ledger.fields(ledger.find(GATE, version=name)).items():
            paths = tuple(sorted(path for path in fields if path != STATEMENT))
            if paths:
                yield LostFields(index, paths, whole=False)


def _is_left(name: str, backends: Backends) -> bool:
    """True for a collected version whose manifest is there without a row in the catalog."""
    corpus, _, digest = name.partition("@")
    return not backends.catalog.matching(digest, corpus) and backends.objects.exists(
        f"versions/{digest}.json"
    )
