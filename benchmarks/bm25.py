"""BM25 top 100 by one thread, against tantivy over the same terms."""

from pathlib import Path

from benchmarks.material import chunk_terms, questions
from benchmarks.peers import Tantivy
from benchmarks.report import Report, percentiles
from benchmarks.sizes import build_embedded, run
from lexiane_dagster.adapters.embedded import EmbeddedIndex

DEPTH = 100
ROUNDS = 5


def main() -> None:
    report = Report("bm25", "BM25 top 100, milliseconds", ("tantivy",))

    def measure(size: int, scratch: Path) -> None:
        asked = questions()
        searcher = EmbeddedIndex(threads=1).open(build_embedded(size, scratch))
        peer = Tantivy(scratch / "tantivy")
        peer.build(chunk_terms(size))
        queries = [peer.query(terms) for terms in asked]
        ours = percentiles(
            lambda n: searcher.lexical.top(asked[n], DEPTH, None), len(asked), ROUNDS
        )
        theirs = percentiles(lambda n: peer.top(queries[n], DEPTH), len(asked), ROUNDS)
        for engine, (p50, p99) in (("embedded", ours), ("tantivy", theirs)):
            report.add(
                {
                    "size": size,
                    "engine": engine,
                    "p50": round(p50, 3),
                    "p99": round(p99, 3),
                    "p50 / tantivy": round(p50 / theirs[0], 2),
                    "p99 / tantivy": round(p99 / theirs[1], 2),
                }
            )
        searcher.close()

    run(measure, __doc__)
    report.note("225 Cranfield questions, best of 5 rounds each; both return places and scores.")
    report.note("tantivy's queries are parsed beforehand; ours are looked up in the measured time.")
    report.show()


if __name__ == "__main__":
    main()
