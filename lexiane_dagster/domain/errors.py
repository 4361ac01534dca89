"""The errors a user can meet, each with an exit code and a remedy.

Exit codes 10 to 13 are verdicts of a replay and are never raised as errors.
"""

from typing import ClassVar


class LexianeError(Exception):
    """Root of every error that is meant to be read by a person.

    `str()` is one sentence that names the item concerned; `remedy` says what to do about it.
    """

    exit_code: ClassVar[int] = 1
    title: ClassVar[str] = "Error"

    def __init__(self, detail: str, *, remedy: str) -> None:
        super().__init__(detail)
        self.detail = detail
        self.remedy = remedy


class ConfigurationError(LexianeError):
    """A profile, a `defs.yaml` or an option says something that cannot be carried out."""

    exit_code = 3
    title = "Configuration error"


class SourceError(LexianeError):
    """A source as a whole cannot be read; no waiver applies."""

    exit_code = 4
    title = "Source error"


class DocumentError(SourceError):
    """One document cannot be used. The only error that `on_error: quarantine` can waive.

    `reason` is a stable code (`empty`, `too_large`, `not_utf8`, …): it enters the manifest of a version
    that waives the document, so it must not change with a library's wording.
    """

    title = "Document error"

    def __init__(self, document_id: str, reason: str, detail: str, *, remedy: str) -> None:
        super().__init__(f"{document_id!r} {detail}", remedy=remedy)
        self.document_id = document_id
        self.reason = reason


class NotFoundError(LexianeError):
    """A corpus, version, release or object that was named does not exist."""

    exit_code = 5
    title = "Not found"


class IntegrityError(LexianeError):
    """Stored bytes are not what their digest promises."""

    exit_code = 6
    title = "Integrity error"


class GateError(LexianeError):
    """A blocking quality gate failed; the release stays where it is."""

    exit_code = 7
    title = "Quality gate failed"


class UnavailableError(LexianeError):
    """Something outside the project is missing: a model, a server, disk space, permission to write."""

    exit_code = 8
    title = "Unavailable"


class AnalysisError(UnavailableError):
    """This installation turns text into other index terms than the version was built with."""
