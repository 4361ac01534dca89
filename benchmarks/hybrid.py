"""Hybrid top 10: both lists, both scores of every candidate, fusion."""

from pathlib import Path

from benchmarks.material import question_vectors, questions
from benchmarks.report import Report, percentiles
from benchmarks.sizes import build_embedded, run
from lexiane_dagster.adapters.embedded import EmbeddedIndex
from lexiane_dagster.domain.retrieval import Ranked, fuse
from lexiane_dagster.domain.version import RetrievalSettings

ROUNDS = 3


def main() -> None:
    report = Report("hybrid", "Hybrid top 10 of an open index, milliseconds", ())
    settings = RetrievalSettings()

    def measure(size: int, scratch: Path) -> None:
        asked = questions()
        vectors = question_vectors(len(asked))
        searcher = EmbeddedIndex().open(build_embedded(size, scratch))

        def top(number: int) -> list[Ranked]:
            found = searcher.search(asked[number], vectors[number], frozenset(), settings.depth)
            return fuse(found, settings)[:10]

        p50, p99 = percentiles(top, len(asked), ROUNDS)
        report.add({"size": size, "engine": "embedded", "p50": round(p50, 2), "p99": round(p99, 2)})
        searcher.close()

    run(measure, __doc__)
    report.note("225 Cranfield questions, best of 3 rounds each; embedding is not included.")
    report.show()


if __name__ == "__main__":
    main()
