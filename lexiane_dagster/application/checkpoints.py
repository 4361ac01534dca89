"""Pushing checkpoints to second places, each of which must have seen an earlier state of the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass

from lexiane_dagster.domain.canonical import Json
from lexiane_dagster.domain.errors import IntegrityError, LexianeError, UnavailableError
from lexiane_dagster.domain.ledger.checkpoint import SignedCheckpoint, Verify
from lexiane_dagster.domain.proofs import consistency_proof, is_consistent
from lexiane_dagster.ports.checkpoint_place import CheckpointPlace
from lexiane_dagster.ports.ledger import Ledger

MAKE_UP = "`lexiane checkpoint --push` makes up for it"
ROLLED_BACK = (
    "find out who restored an old catalog or changed what the place remembers; docs/ledger.md says "
    "how to go on"
)


@dataclass(frozen=True, slots=True)
class Pushed:
    """A place that holds the newest checkpoint now. `before`: leaves that it remembered so far."""

    place: str
    size: int
    before: int | None

    def to_json(self) -> dict[str, Json]:
        return {"place": self.place, "size": self.size, "before": self.before}


def push_checkpoint(
    ledger: Ledger, places: Sequence[CheckpointPlace], verify: Verify
) -> list[Pushed]:
    """Push the newest checkpoint to each place; one that fails stops none of the others.

    Raises:
        IntegrityError: a place remembers what is no earlier state of this ledger: it was rolled back.
        UnavailableError: a place cannot be reached or refuses.
    """
    if not places:
        return []
    head = ledger.checkpoint()
    pushed: list[Pushed] = []
    failed: list[LexianeError] = []
    for place in places:
        try:
            pushed.append(_push(ledger, head, place, verify))
        except (IntegrityError, UnavailableError) as error:
            failed.append(error)
    if failed:
        raise _together(failed)
    return pushed


def push_after(
    done: str, ledger: Ledger, places: Sequence[CheckpointPlace], verify: Verify
) -> list[Pushed]:
    """`push_checkpoint` after something that stands whatever comes of the push; `done` says what."""
    try:
        return push_checkpoint(ledger, places, verify)
    except UnavailableError as error:
        raise UnavailableError(
            f"{done}, but its checkpoint was not pushed: {error.detail}",
            remedy=f"{error.remedy}; then {MAKE_UP}",
        ) from error
    except IntegrityError as error:
        raise IntegrityError(
            f"{done}, but its checkpoint was not pushed: {error.detail}", remedy=error.remedy
        ) from error


def require_extension(
    ledger: Ledger,
    head: SignedCheckpoint,
    before: SignedCheckpoint,
    verify: Verify,
    place: str,
) -> None:
    """Prove that `head` extends `before`, which `place` remembers.

    Raises:
        IntegrityError: it does not, or `before` is not signed by a key of this ledger.
    """
    old, new = before.checkpoint, head.checkpoint
    if old.origin != new.origin:
        raise _rolled_back(
            f"{place} remembers a ledger named {old.origin}, and this one is {new.origin}"
        )
    if old.size > new.size:
        raise _rolled_back(
            f"{place} remembers {old.size} leaves, and the ledger has {new.size}: it was rolled back"
        )
    keys = ledger.keys()
    if before.signed_by([key.public_key for key in keys], verify) is None:
        raise _rolled_back(
            f"{place} remembers a checkpoint over {old.size} leaves that no key of this ledger "
            "signed: the ledger was rolled back, or the place was changed"
        )
    proof = consistency_proof(ledger.node, old.size, new.size)
    if not is_consistent(old.size, new.size, old.root, new.root, proof):
        raise _rolled_back(
            f"the ledger of {new.size} leaves does not begin with the {old.size} leaves that "
            f"{place} remembers: it was rolled back or rewritten"
        )


def _push(ledger: Ledger, head: SignedCheckpoint, place: CheckpointPlace, verify: Verify) -> Pushed:
    size, newest = head.checkpoint.size, place.newest()
    before = _remembered(newest, place.name) if newest is not None else None
    if before is not None:
        require_extension(ledger, head, before, verify, place.name)
    if before is None or before.checkpoint.size < size:
        place.push(size, head.note())
    return Pushed(place.name, size, before.checkpoint.size if before else None)


def _remembered(note: str, place: str) -> SignedCheckpoint:
    try:
        return SignedCheckpoint.from_note(note)
    except ValueError as error:
        raise IntegrityError(
            f"{place} holds something that is no checkpoint: {error}",
            remedy="restore what the place remembered, or name another place",
        ) from error


def _together(failed: Sequence[LexianeError]) -> LexianeError:
    """One error for all places; a roll-back outweighs a place that is away."""
    kind = (
        IntegrityError if any(isinstance(e, IntegrityError) for e in failed) else UnavailableError
    )
    first = next(error for error in failed if isinstance(error, kind))
    return kind("; ".join(error.detail for error in failed), remedy=first.remedy)


def _rolled_back(detail: str) -> IntegrityError:
    return IntegrityError(detail, remedy=ROLLED_BACK)
