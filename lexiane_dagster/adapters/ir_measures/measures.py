"""Retrieval measures by the ir-measures library."""

from collections.abc import Mapping, Sequence

NAMES = ("nDCG@10", "R@10", "RR")


class IrMeasures:
    """The `Measures` port."""

    def of(
        self,
        judgements: Mapping[str, Mapping[str, int]],
        rankings: Mapping[str, Sequence[str]],
    ) -> Mapping[str, Mapping[str, float]]:
        import ir_measures

        # The library breaks ties by document id, so ranks are handed over as distinct scores.
        runs = {
            question: {document: -float(rank) for rank, document in enumerate(ranking)}
            for question, ranking in rankings.items()
            if ranking
        }
        measures = [ir_measures.parse_measure(name) for name in NAMES]
        found = {question: dict.fromkeys(NAMES, 0.0) for question in judgements}
        for metric in ir_measures.iter_calc(
            measures, {q: dict(grades) for q, grades in judgements.items()}, runs
        ):
            if metric.query_id in found:
                found[metric.query_id][str(metric.measure)] = float(metric.value)
        return found
