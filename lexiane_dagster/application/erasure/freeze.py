"""Lexical statistics kept before chunks are erased, so that no score of the others moves."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence

from lexiane_dagster.application.backends import Backends
from lexiane_dagster.application.erasure.frozen import frozen_terms
from lexiane_dagster.domain.corpus import Chunk
from lexiane_dagster.domain.frozen import FrozenTerms
from lexiane_dagster.domain.version import Manifest
from lexiane_dagster.ports.analyzer import Analyzer

BATCH = 1024


def frozen_without(
    manifest: Manifest,
    lost: Collection[str],
    erased: str,
    analyzer_for: Callable[[str], Analyzer],
    backends: Backends,
) -> FrozenTerms | None:
    """The statistics of a version with every term hidden that only the chunks `lost` (ids) hold, for
    the redaction that the digest `erased` names.

    None where this release analyses text in another way than the version did: then no release can
    open the version once chunks are gone, which is the lesser evil.
    """
    analyzer = analyzer_for(manifest.analysis.language)
    now = backends.tables.redaction("chunks", manifest.chunks)
    known = frozen_terms(manifest, backends.objects, now.digest) if now else None
    if analyzer.settings != manifest.analysis:
        return known.keeping((), erased) if known else None
    chunks = backends.tables.chunks(manifest.chunks)
    kept = [item for item in chunks if item.chunk_id not in lost]
    left = {term for terms in _terms(kept, analyzer) for term in terms}
    if known is None:
        known = _counted(chunks, analyzer)
        if known.statistics != manifest.lexical:
            return None
    return known.keeping(left, erased)


def _counted(chunks: Sequence[Chunk], analyzer: Analyzer) -> FrozenTerms:
    frequencies: Counter[str] = Counter()
    count = length = 0
    for terms in _terms(chunks, analyzer):
        frequencies.update(set(terms))
        count += bool(terms)
        length += len(terms)
    return FrozenTerms.of(count, length, frequencies)


def _terms(chunks: Sequence[Chunk], analyzer: Analyzer) -> Iterator[Sequence[str]]:
    for start in range(0, len(chunks), BATCH):
        batch = chunks[start : start + BATCH]
        yield from analyzer.terms_of_many([item.indexed_text for item in batch])
