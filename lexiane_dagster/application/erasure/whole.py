"""What keeps a build from taking a table with gaps for a whole one."""

from lexiane_dagster.application.backends import Backends
from lexiane_dagster.domain.errors import SourceError


def require_whole(kind: str, root: str, backends: Backends) -> None:
    """Refuse a table that lost rows as input or as result of a build; called after it was read.

    Raises:
        SourceError: it did.
    """
    if backends.tables.redaction(kind, root) is not None:
        raise SourceError(
            f"this build would need the table {kind} {root[:12]}…, and documents were erased from it",
            remedy="remove the erased documents from the source and build again",
        )
