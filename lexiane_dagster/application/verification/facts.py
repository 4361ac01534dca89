"""What the leaves of a ledger say, as later steps compare it with everything else."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lexiane_dagster.domain.canonical import Json
from lexiane_dagster.domain.ledger.entry import ERASURE, KEY, PROMOTION, VERSION, Entry
from lexiane_dagster.domain.ledger.erasures import Erasures
from lexiane_dagster.domain.redaction import Authorised

STATEMENT = "statement"
# The smallest integer of a database.
LOWEST = -(2**63)


@dataclass(frozen=True, slots=True)
class Promotion:
    """A leaf that moved a release; `before` is what it pointed at, as a full name."""

    leaf: int
    at: str
    corpus: str
    release: str
    version: str
    before: str | None


@dataclass(slots=True)
class Facts:
    """Filled by the steps that read the leaves from `start` on.

    `hashes` holds 32 bytes a leaf, `begins` one byte: 1 where the leaf has another time than the one
    before, so that it began an append. `versions` maps a full name to its first leaf and its time (the
    first since a retention rule collected it), `unmade` a full name to the first leaf that spoke of it
    before one made it; `collected` are those that a rule collected and nobody made again.
    """

    start: int = 0
    size: int = 0
    hashes: bytearray = field(default_factory=bytearray)
    begins: bytearray = field(default_factory=bytearray)
    keys: list[tuple[int, Entry]] = field(default_factory=list)
    versions: dict[str, tuple[int, str]] = field(default_factory=dict)
    unmade: dict[str, int] = field(default_factory=dict)
    collected: set[str] = field(default_factory=set)
    promotions: list[Promotion] = field(default_factory=list)
    erasures: list[tuple[int, Entry]] = field(default_factory=list)
    statements: list[tuple[int, Entry]] = field(default_factory=list)

    @property
    def lowest(self) -> int:
        """Where rows are read from: without a remembered checkpoint, those below 0 too."""
        return self.start or LOWEST

    def hash(self, leaf: int) -> bytes:
        at = 32 * (leaf - self.start)
        return bytes(self.hashes[at : at + 32])

    def learn(self, index: int, entry: Entry) -> None:
        """Take in one leaf, in order."""
        if (
            entry.version is not None
            and entry.type != VERSION
            and entry.version not in self.versions
        ):
            self.unmade.setdefault(entry.version, index)
        if entry.type == KEY:
            self.keys.append((index, entry))
        elif entry.type == VERSION and entry.version is not None:
            if entry.version in self.collected:
                self.collected.remove(entry.version)
                self.versions[entry.version] = (index, entry.at)
            self.versions.setdefault(entry.version, (index, entry.at))
        elif entry.type == PROMOTION:
            self.promotions.append(_promotion(index, entry.at, entry.body))
        elif entry.type == ERASURE:
            # Raises for a body of another shape, which then erases nothing.
            Erasures([(index, entry)])
            self.collected |= Authorised([entry]).collected
            self.erasures.append((index, entry))
        if STATEMENT in entry.commitments:
            self.statements.append((index, entry))


def _promotion(leaf: int, at: str, body: Mapping[str, Json]) -> Promotion:
    version, before = str(body["version"]), body["before"]
    return Promotion(
        leaf=leaf,
        at=at,
        corpus=version.partition("@")[0],
        release=str(body["release"]),
        version=version,
        before=None if before is None else str(before),
    )
