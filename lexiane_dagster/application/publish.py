"""Moving a release to a version."""

from lexiane_dagster.application.attest import promotion_event
from lexiane_dagster.application.backends import Backends
from lexiane_dagster.application.build_index import load_manifest
from lexiane_dagster.domain.version import full_name

PRODUCTION = "production"


def publish(version: str, release: str, backends: Backends) -> bool:
    """Point `release` of the version's corpus at it, with a leaf and a signed statement in the ledger;
    False when it points there already.

    Raises:
        NotFoundError, IntegrityError: the version's manifest is missing or damaged.
    """
    manifest = load_manifest(backends.objects, version)
    corpus, catalog = manifest.corpus, backends.catalog
    before = catalog.release(corpus, release)
    if before == version:
        return False
    event = promotion_event(
        full_name(corpus, version),
        release,
        full_name(corpus, before) if before else None,
        backends,
    )
    return catalog.move_release(corpus, release, version, event)
