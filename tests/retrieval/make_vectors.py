"""The committed test vectors: `python -m tests.retrieval.make_vectors` writes them again.

Expected values of retrieval come from the naive implementation, not from the engine.
"""

import json
from pathlib import Path
from typing import Any, Final

from lexiane_dagster.adapters.snowball import SnowballAnalyzer
from lexiane_dagster.domain.analysis import NO_LANGUAGE
from lexiane_dagster.domain.stop_words import LANGUAGES
from tests.retrieval.naive import Entry, NaiveChunk, NaiveIndex, naive_idf, naive_impact

VECTORS: Final = Path(__file__).parents[1] / "vectors"

TEXTS: Final = {
    NO_LANGUAGE: [
        "",
        " \t\n.,;:!?",
        "Plain ASCII, with digits 1984 and x2y; under_scores-and-hyphens",
        "Straße STRASSE straße ẞ",
        "ﬁnal oﬃce ½ x² ①② Ⅳ",
        "İstanbul ΐ ΜΆΪΟΣ Όσος",
        "e\u0301te\u0301 été",
        "co\u00adop\u00aderate zero\u200bwidth\u200cjoin\u200ded \ufeffbom",
        "don't l’été O'Neill",
        "東京都に行く。カタカナ ｶﾀｶﾅ 2024年 字",
        "葛\U000e0100飾 \ufa6c 𠮷野家",
        "ภาษาไทย ລາວ ភាសាខ្មែរ မြန်မာဘာသာ",
        "हिन्दी में \u0301 عَرَبِيّ עִבְרִית",
        "한국어 텍스트 𝒳𝓎 𐐀𐐨",
        "a\u0378b \U0001e030 c\ue000d \u1c89 \ua7da",
        "あ\u0301い aあb あ1い",
        "word" * 20,
        "字" * 70,
    ],
    "english": [
        "The running runners ran quickly through generalizations of organizations",
        "What similarity laws must be obeyed when constructing aeroelastic models?",
        "don't can't it's O'Reilly's skies dying news",
        "東京 running",
    ],
    "french": ["L’été dernier, nous avons mangé des pommes; qu'est-ce que c'était ?"],
    "german": ["Die Häuser der größten Städte, daß wir über Straßen gingen"],
    "spanish": ["¿Cuándo vendrán los niños a las canciones más bonitas?"],
    "italian": ["L'università dell'acqua è più bella delle città"],
    "portuguese": ["As canções não são as mesmas informações à noite"],
    "dutch": ["De gelukkige kinderen van de grootste huizen hebben gefietst"],
}

CHUNKS: Final = [
    NaiveChunk("a0", ("wing", "flow", "wing"), (4000, 0, 0)),
    NaiveChunk("a1", ("wing", "flow", "wing"), (4000, 0, 0)),
    NaiveChunk("b0", ("flow",), (0, 4000, 0), frozenset({"staff"})),
    NaiveChunk("c0", (), (-2400, 3200, 0)),
    NaiveChunk("d0", ("plate", "heat", "flow", "heat", "heat"), (2400, 0, 3200)),
    NaiveChunk("é0", ("wing", "plate"), (0, -4000, 0), frozenset({"board", "staff"})),
    NaiveChunk("東0", ("flow", "東京", "京都"), (1, 2, -3999)),
]
QUESTIONS: Final[list[tuple[list[str], list[int], list[str], int]]] = [
    (["wing", "flow"], [4000, 0, 0], [], 100),
    (["wing", "flow", "wing"], [4000, 0, 0], ["staff"], 100),
    (["flow"], [0, -4000, 0], ["board"], 2),
    (["東京", "absent"], [0, 0, 4000], [], 3),
    ([], [0, 0, 0], ["staff", "unknown"], 4),
    (["absent"], [-4000, 0, 0], [], 100),
    (["heat", "plate", "flow"], [-2400, -3200, 0], ["board"], 3),
]


def analysis_vectors() -> dict[str, Any]:
    return {
        "format": "lexiane/analysis-vectors/v1",
        "languages": {
            language: {
                "stop_words": SnowballAnalyzer(language).settings.stop_words,
                "cases": [
                    {"text": text, "terms": SnowballAnalyzer(language).terms(text)}
                    for text in TEXTS[language]
                ],
            }
            for language in (NO_LANGUAGE, *LANGUAGES)
        },
    }


def retrieval_vectors() -> dict[str, Any]:
    index = NaiveIndex(CHUNKS)
    impacts = [(1, 1, 1, 1), (3, 100, 1000, 98765), (1, 7, 7, 16), (250, 250, 10**6, 10**8)]
    idfs = [(1, 1), (7, 4), (1000, 1), (1000, 500), (1000, 1000), (10**6, 12345), (0, 0)]
    return {
        "format": "lexiane/retrieval-vectors/v1",
        "impacts": [[*case, naive_impact(*case)] for case in impacts],
        "idfs": [[*case, naive_idf(*case)] for case in idfs],
        "chunks": [
            {
                "id": chunk.chunk_id,
                "terms": list(chunk.terms),
                "vector": list(chunk.vector),
                "groups": sorted(chunk.groups),
            }
            for chunk in CHUNKS
        ],
        "questions": [_question(index, *question) for question in QUESTIONS],
    }


def _question(
    index: NaiveIndex, terms: list[str], vector: list[int], groups: list[str], depth: int
) -> dict[str, Any]:
    found = index.search(terms, vector, frozenset(groups), depth)
    return {
        "terms": terms,
        "vector": vector,
        "groups": groups,
        "depth": depth,
        "lexical": _pairs(found.lexical),
        "dense": _pairs(found.dense),
        "scores": {chunk_id: list(both) for chunk_id, both in sorted(found.scores.items())},
        "fused": _pairs(found.fused),
    }


def _pairs(entries: list[Entry]) -> list[list[str | int]]:
    return [list(entry) for entry in entries]


def rendered() -> dict[Path, str]:
    """The files and their texts."""
    made = {"analysis-v1.json": analysis_vectors(), "retrieval-v1.json": retrieval_vectors()}
    return {
        VECTORS / name: json.dumps(value, ensure_ascii=False, indent=1) + "\n"
        for name, value in made.items()
    }


if __name__ == "__main__":
    for path, text in rendered().items():
        path.write_text(text, encoding="utf-8")
