"""What the store holds of documents, table by table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from lexiane_dagster.application.backends import Backends
from lexiane_dagster.application.erasure.holdings import Holding, all_holdings, unlinked
from lexiane_dagster.domain.corpus import Chunk, Document, WaivedDocument
from lexiane_dagster.domain.digest import digest_of_text
from lexiane_dagster.domain.errors import ConfigurationError, IntegrityError
from lexiane_dagster.domain.merkle import leaf_hash
from lexiane_dagster.domain.redaction import Authorised, Redaction
from lexiane_dagster.ports.progress import Progress


@dataclass
class Traces:
    """What is to go. `rows` are the documents of each documents table, `chunks` those of each table of
    chunks; `redactions` say what each table will have lost. `objects` and `texts` are digests that
    nothing else needs."""

    versions: list[Holding] = field(default_factory=list)
    rows: dict[str, list[Document]] = field(default_factory=dict)
    chunks: dict[str, list[Chunk]] = field(default_factory=dict)
    redactions: dict[tuple[str, str], Redaction] = field(default_factory=dict)
    objects: set[str] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)
    unlinked: list[tuple[str, str]] = field(default_factory=list)

    @property
    def digests(self) -> set[str]:
        """What a text that is about the documents would hold, besides their ids."""
        rows = [row for found in self.rows.values() for row in found]
        chunks = [chunk for found in self.chunks.values() for chunk in found]
        return {
            *(row.raw_digest for row in rows),
            *(row.text_digest for row in rows),
            *(chunk.chunk_id for chunk in chunks),
        }


def traces(
    corpora: frozenset[str],
    documents: frozenset[str],
    authorised: Authorised,
    backends: Backends,
    progress: Progress,
) -> Traces:
    """Everything that versions and unfinished builds of `corpora` hold of `documents`.

    Raises:
        ConfigurationError: another corpus shares one of the tables.
        IntegrityError: a table lost rows that no leaf of the ledger speaks of.
    """
    holdings = all_holdings(backends, progress)
    search = _Search(documents, authorised, backends)
    with progress.stage("tables", len(holdings)) as advance:
        for holding in holdings:
            if holding.corpus in corpora:
                search.add(holding)
            advance(1)
    found = search.found
    _refuse_shared(holdings, corpora, found)
    found.unlinked = _unlinked(holdings, documents, backends)
    _only_needed_here(found, backends)
    return found


@dataclass
class _Search:
    """Looks through the tables of one version or unfinished build after another."""

    documents: frozenset[str]
    authorised: Authorised
    backends: Backends
    found: Traces = field(default_factory=Traces)

    def add(self, holding: Holding) -> None:
        tables, found = self.backends.tables, self.found
        rows = self._documents(holding.documents)
        if rows:
            found.rows[holding.documents] = rows
            self._redact("documents", holding.documents, [row.leaf() for row in rows])
        waived = self._waived(holding.waived)
        if waived:
            self._redact("waived", holding.waived, [row.leaf() for row in waived])
        root = holding.chunks
        cut = self._chunks(root) if root is not None else []
        if root is not None and cut:
            found.chunks[root] = cut
            places = self._redact("chunks", root, [row.leaf() for row in cut])
            if holding.vectors is not None and tables.holds("vectors", holding.vectors):
                ids = [row.chunk_id for row in tables.chunks(root)]
                hashes = tables.leaf_hashes("vectors", holding.vectors, ids)
                self._extend("vectors", holding.vectors, places, hashes)
        if (rows or waived or cut) and holding.manifest is not None:
            found.versions.append(holding)

    # A version that was never listed may lack tables; one that is gone holds nothing.

    def _documents(self, root: str) -> list[Document]:
        if not self.backends.tables.holds("documents", root):
            return []
        rows = _all_documents(root, self.backends)
        return [row for row in rows if row.document_id in self.documents]

    def _waived(self, root: str) -> list[WaivedDocument]:
        tables = self.backends.tables
        if not tables.holds("waived", root):
            return []
        return [row for row in tables.waived(root) if row.document_id in self.documents]

    def _chunks(self, root: str) -> list[Chunk]:
        if not self.backends.tables.holds("chunks", root):
            return []
        rows = _all_chunks(root, self.backends)
        return [row for row in rows if row.document_id in self.documents]

    def _redact(self, kind: str, root: str, leaves: Iterable[bytes]) -> list[int]:
        """Redact rows by their leaves; returns their positions."""
        hashes = self.backends.tables.leaf_hashes(kind, root)
        where = {each: position for position, each in enumerate(hashes)}
        places = [where[leaf_hash(leaf)] for leaf in leaves]
        self._extend(kind, root, places, hashes)
        return places

    def _extend(self, kind: str, root: str, places: Iterable[int], hashes: Sequence[bytes]) -> None:
        erased = {(place, hashes[place]) for place in places}
        for known in self.backends.tables.redactions(kind, root):
            if not self.authorised.allows(known):
                raise IntegrityError(
                    f"the table {kind} {root} lost rows that no erasure in the ledger speaks of",
                    remedy="run `lexiane verify`, and restore the store from its back-up",
                )
            erased |= set(known.erased)
        self.found.redactions[kind, root] = Redaction(
            kind, root, len(hashes), tuple(sorted(erased))
        )


def _refuse_shared(holdings: Sequence[Holding], corpora: frozenset[str], found: Traces) -> None:
    shared = sorted(
        {
            holding.corpus
            for holding in holdings
            if holding.corpus not in corpora and not holding.tables.isdisjoint(found.redactions)
        }
    )
    if shared:
        raise ConfigurationError(
            f"corpus {shared[0]!r} holds the same tables, so the document cannot go from "
            f"{', '.join(sorted(corpora))} alone",
            remedy=f"erase it from both: add --corpus {shared[0]}",
        )


def _unlinked(
    holdings: Sequence[Holding], documents: frozenset[str], backends: Backends
) -> list[tuple[str, str]]:
    """Tables that a crash left without anything that leads to them, as far as they may hold it."""
    tables = backends.tables
    held = []
    for kind, root in sorted(unlinked(holdings, backends)):
        ids: set[str] = set()
        if kind == "documents":
            ids = {row.document_id for row in _all_documents(root, backends)}
        elif kind == "waived":
            ids = {row.document_id for row in tables.waived(root)}
        elif kind == "chunks":
            ids = {row.document_id for row in _all_chunks(root, backends)}
        # Vectors do not say whose they are.
        if kind == "vectors" or not ids.isdisjoint(documents):
            held.append((kind, root))
    return held


def _only_needed_here(found: Traces, backends: Backends) -> None:
    """Digests of objects and texts of the erased rows that no row that stays has as well."""
    found.objects = {
        digest
        for rows in found.rows.values()
        for row in rows
        for digest in (row.raw_digest, row.text_digest)
    }
    found.texts = {
        digest_of_text(chunk.indexed_text) for chunks in found.chunks.values() for chunk in chunks
    }
    gone = set(found.unlinked)
    for root in {
        each for each in backends.tables.roots("documents") if ("documents", each) not in gone
    }:
        lost = {row.leaf() for row in found.rows.get(root, ())}
        for row in backends.tables.documents(root):
            if row.leaf() not in lost:
                found.objects -= {row.raw_digest, row.text_digest}
    for root in {each for each in backends.tables.roots("chunks") if ("chunks", each) not in gone}:
        ids = {chunk.chunk_id for chunk in found.chunks.get(root, ())}
        for chunk in backends.tables.chunks(root):
            if chunk.chunk_id not in ids and found.texts:
                found.texts.discard(digest_of_text(chunk.indexed_text))


def _all_documents(root: str, backends: Backends) -> list[Document]:
    return [*backends.tables.documents(root), *backends.tables.doomed_documents(root)]


def _all_chunks(root: str, backends: Backends) -> list[Chunk]:
    return [*backends.tables.chunks(root), *backends.tables.doomed_chunks(root)]
