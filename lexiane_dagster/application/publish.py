"""Moving a release to a version."""

from lexiane_dagster.application.backends import Backends
from lexiane_dagster.application.build_index import load_manifest

PRODUCTION = "production"


def publish(version: str, release: str, backends: Backends) -> bool:
    """Point `release` of the version's corpus at it; False when it points there already.

    Raises:
        NotFoundError, IntegrityError: the version's manifest is missing or damaged.
    """
    manifest = load_manifest(backends.objects, version)
    return backends.catalog.move_release(manifest.corpus, release, version, backends.clock.now())
