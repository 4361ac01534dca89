"""What the committed vectors of answer records are made of. `python -m tests.replay.vectors` prints them."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lexiane_dagster.domain.answer import (
    AnalyzedQuestion,
    Answer,
    Citation,
    EvidenceChunk,
    RankedChunk,
    SearchResult,
)
from lexiane_dagster.domain.canonical import Json
from lexiane_dagster.domain.derivation import Derivation, Retrieval, prompt_digest
from lexiane_dagster.domain.record import answer_event
from lexiane_dagster.domain.retrieval import Candidates, Ranked, Scored

FIRST, SECOND = "0a" * 32, "ff" * 32
ENVIRONMENT: Json = {
    "libraries": {"numpy": "2.0", "PyStemmer": "3.1.0"},
    "python": "3.11.7",
    "machine": "x86_64",
    "system": "Linux",
}
TIMINGS = {"analysis": 12, "embedding": 34_567, "retrieval": 890, "generation": 1_234}


@dataclass(frozen=True)
class Example:
    """An answer with the evidence that its prompt is the digest of."""

    derivation: Derivation
    evidence: Sequence[EvidenceChunk]


def quoted() -> Example:
    """Two chunks, one quote, text beyond ASCII."""
    question = AnalyzedQuestion("Wie lang ist „Elternzeit“?", {"elternzeit": 20_480, "lang": 4_096})
    lexical = (Scored(SECOND, 700_000_000), Scored(FIRST, 5))
    dense = (Scored(FIRST, 8_000_000), Scored(SECOND, -3))
    found = Candidates(lexical, dense, {FIRST: (5, 8_000_000), SECOND: (700_000_000, -3)})
    ranking = (
        Ranked(FIRST, 6_442_450_974, 5, 8_000_000, 2, 1),
        Ranked(SECOND, 4_294_967_296, 700_000_000, -3, 1, 2),
    )
    evidence = [
        EvidenceChunk(ranking[0], "hr/größe.md", ("Urlaub", "Eltern"), "Sechzehn Wochen. 👶"),
        EvidenceChunk(ranking[1], "b.txt", (), "Lang."),
    ]
    citation = Citation(
        "hr/größe.md", "1b" * 32, FIRST, 10, 26, "Sechzehn Wochen.", 3, ("Urlaub", "Eltern")
    )
    documents = [RankedChunk(e.document_id, e.ranked) for e in evidence]
    derivation = Derivation(
        retrieval=Retrieval(
            question, 2, ("lang", "elternzeit"), b"\x00\x00\xff\xff\x10\x27", found, ranking
        ),
        answer=Answer(
            SearchResult(f"hr@{'3f' * 32}", question.text, ("board", "staff"), tuple(documents)),
            "Sechzehn Wochen.",
            (citation,),
            "extractive/v1",
        ),
        parameters={"max_quotes": 3, "threshold": 380},
        prompt=prompt_digest(question, evidence),
        selection={
            "coverage": 833,
            "threshold": 380,
            "sentences": [{"terms": ["lang"], "heading_terms": ["elternzeit"]}],
        },
        timings=TIMINGS,
    )
    return Example(derivation, evidence)


def nothing() -> Example:
    """An empty lexical list, nothing to see, no answer."""
    question = AnalyzedQuestion("?!", {})
    derivation = Derivation(
        retrieval=Retrieval(question, 10, (), b"\x01\x00", Candidates((), (), {}), ()),
        answer=Answer(
            SearchResult(f"hr@{'3f' * 32}", "?!", (), ()), "Not in this corpus.", (), "g/v1"
        ),
        parameters=None,
        prompt=prompt_digest(question, []),
        selection=None,
        timings=TIMINGS,
    )
    return Example(derivation, [])


def vectors() -> list[dict[str, Any]]:
    """Records as fields, with the lists and the evidence that are in them as digests only."""
    made = []
    for name, example, principal in (
        ("two chunks, one quote", quoted(), "u-4711"),
        ("nothing found", nothing(), None),
    ):
        event = answer_event(example.derivation, principal, ENVIRONMENT)
        lists = example.derivation.retrieval.candidates
        made.append(
            {
                "name": name,
                "type": event.type,
                "body": dict(event.body),
                "fields": {path: value.decode() for path, value in event.fields.items()},
                "lexical": [[entry.chunk_id, entry.score] for entry in lists.lexical],
                "dense": [[entry.chunk_id, entry.score] for entry in lists.dense],
                "evidence": [
                    {
                        "chunk_id": item.ranked.chunk_id,
                        "score": item.ranked.score,
                        "document_id": item.document_id,
                        "heading": list(item.heading),
                        "text": item.text,
                    }
                    for item in example.evidence
                ],
            }
        )
    return made


if __name__ == "__main__":
    json.dump(vectors(), sys.stdout, ensure_ascii=False, indent=1, sort_keys=True)
    sys.stdout.write("\n")
