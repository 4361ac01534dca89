"""Which fields of the ledger an erasure takes: whole answers, or what a document left in leaves."""

import base64
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from lexiane_dagster.application.attest import DETAIL
from lexiane_dagster.application.erasure.leaves import LostFields
from lexiane_dagster.application.records import answer_entry
from lexiane_dagster.domain.canonical import canonical_bytes
from lexiane_dagster.domain.ledger.entry import ANSWER, TYPES
from lexiane_dagster.domain.record import CITATIONS, RANKING
from lexiane_dagster.ports.ledger import Ledger

PRINCIPAL = "principal"
# What a generator made of its evidence, whoever was cited: digest of the prompt, terms of sentences.
_OF_THE_EVIDENCE = ("prompt", "selection")
_OF_THE_QUOTES = ("answer",)


def whole_answers(ledger: Ledger, answer_ids: Iterable[int]) -> list[LostFields]:
    """Everything that is left of answers.

    Raises:
        NotFoundError: one of them is no answer.
    """
    wanted = sorted(set(answer_ids))
    for answer_id in wanted:
        answer_entry(ledger, answer_id)
    fields = ledger.fields(wanted)
    return [
        LostFields(answer_id, tuple(sorted(fields[answer_id])), whole=True)
        for answer_id in wanted
        if fields[answer_id]
    ]


def answers_of(ledger: Ledger, principals: Iterable[str]) -> list[int]:
    """The answers that were given to one of `principals`."""
    wanted = {canonical_bytes(name) for name in principals}
    return sorted(
        index
        for index, path, field in ledger.fields_at(PRINCIPAL)
        if path == PRINCIPAL and field.value in wanted
    )


def answers_with_documents(
    ledger: Ledger, corpora: frozenset[str], documents: frozenset[str]
) -> list[LostFields]:
    """What answers hold of documents: ranking entries, quotes, and what was made of them."""
    answers = {index for corpus in corpora for index in ledger.find(ANSWER, corpus=corpus)}
    found: dict[int, set[str]] = {}
    for listing, others in (
        (RANKING, _OF_THE_EVIDENCE),
        (CITATIONS, (*_OF_THE_EVIDENCE, *_OF_THE_QUOTES)),
    ):
        for index, path, field in ledger.fields_at(listing):
            if index in answers and json.loads(field.value).get("document_id") in documents:
                found.setdefault(index, set()).update((path, *others))
    return _present(ledger, found)


def other_leaves(
    ledger: Ledger, versions: frozenset[str], documents: frozenset[str], digests: Collection[str]
) -> list[LostFields]:
    """Fields of leaves about `versions`, answers aside, that name one of `documents` (ids), its chunks
    or its bytes (`digests`).

    An id may be as short as `1`, so it counts where it is a whole value, and in a sentence for people
    where it stands as a word; anything else would take every signed statement.
    """
    words = re.compile("|".join(sorted(map(_as_a_word, documents))))
    found: dict[int, set[str]] = {}
    for kind in TYPES:
        if kind == ANSWER:
            continue
        indexes = [
            index
            for corpus in {name.partition("@")[0] for name in versions}
            for index in ledger.find(kind, corpus=corpus)
            if ledger.entry(index).version in versions
        ]
        for index, fields in ledger.fields(indexes).items():
            paths = {
                path
                for path, field in fields.items()
                for text in _texts(json.loads(field.value))
                if text in documents
                or (path == DETAIL and words.search(text))
                or any(digest in text for digest in digests)
            }
            if paths:
                found[index] = paths
    return _present(ledger, found)


def _present(ledger: Ledger, wanted: Mapping[int, set[str]]) -> list[LostFields]:
    fields = ledger.fields(sorted(wanted))
    kept = ((index, wanted[index] & fields[index].keys()) for index in sorted(wanted))
    return [LostFields(index, tuple(sorted(paths)), whole=False) for index, paths in kept if paths]


def _as_a_word(document_id: str) -> str:
    """A pattern: the id, not inside a longer word."""
    before = r"(?<!\w)" if re.match(r"\w", document_id) else ""
    after = r"(?!\w)" if re.search(r"\w\Z", document_id) else ""
    return f"{before}{re.escape(document_id)}{after}"


def _texts(value: Any) -> Iterator[str]:
    """Every text inside a JSON value, keys and the payload of an envelope included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _texts(item)
            if key == "payload" and isinstance(item, str):
                yield from _texts(json.loads(base64.b64decode(item)))
