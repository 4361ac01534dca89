"""What a build would do and cost."""

from dataclasses import dataclass

from lexiane_dagster.application.backends import Backends, Recipe
from lexiane_dagster.application.build_index import load_manifest
from lexiane_dagster.application.chunk import chunk
from lexiane_dagster.application.embed import missing_texts
from lexiane_dagster.application.ingest import ingest
from lexiane_dagster.domain.corpus import Document
from lexiane_dagster.ports.progress import Progress

# Rates of one core of a common server, used for the estimate; `make bench` measures real ones.
SECONDS_PER_EXTRACTION = 0.02
SECONDS_PER_CUT = 0.003
SECONDS_PER_EMBEDDING = 0.04
SECONDS_OF_START = 8.0


@dataclass(frozen=True, slots=True)
class Plan:
    """Counts of documents to extract and cut, texts to embed, documents to add, change and remove
    against the version that is compared with, and an estimate of the time in seconds."""

    corpus: str
    against: str | None
    extract: int
    chunk: int
    embed: int
    add: int
    change: int
    remove: int
    seconds: float

    def to_json(self) -> dict[str, object]:
        return {
            "corpus": self.corpus,
            "against": self.against,
            "extract": self.extract,
            "chunk": self.chunk,
            "embed": self.embed,
            "add": self.add,
            "change": self.change,
            "remove": self.remove,
            "seconds": self.seconds,
        }


def plan(recipe: Recipe, backends: Backends, against: str | None, progress: Progress) -> Plan:
    """Plan a build against the version `against` (a full digest).

    `backends` MUST be a layer that is thrown away: reading, extracting and cutting are done for
    real, since nothing less tells how many texts there will be to embed.
    """
    ingested = ingest(recipe, backends, progress)
    chunked = chunk(ingested.snapshot.digest, recipe.chunker, backends, progress)
    chunks = backends.tables.chunks(chunked.snapshot.chunks)
    embed = missing_texts([item.indexed_text for item in chunks], recipe.embedder, backends)
    now = _by_id(backends, ingested.snapshot.documents)
    before = _by_id(backends, load_manifest(backends.objects, against).documents) if against else {}
    return Plan(
        corpus=recipe.corpus,
        against=against,
        extract=ingested.extracted,
        chunk=chunked.cut,
        embed=embed,
        add=len(now.keys() - before.keys()),
        change=sum(now[key].leaf() != before[key].leaf() for key in now.keys() & before.keys()),
        remove=len(before.keys() - now.keys()),
        seconds=round(
            SECONDS_OF_START
            + ingested.extracted * SECONDS_PER_EXTRACTION
            + chunked.cut * SECONDS_PER_CUT
            + embed * SECONDS_PER_EMBEDDING,
            1,
        ),
    )


def _by_id(backends: Backends, root: str) -> dict[str, Document]:
    return {row.document_id: row for row in backends.tables.documents(root)}
