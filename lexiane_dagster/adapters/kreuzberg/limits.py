"""How much one document may ask for, and the errors that say no."""

from dataclasses import asdict, dataclass

from lexiane_dagster.domain.errors import DocumentError


@dataclass(frozen=True, slots=True)
class ParserLimits:
    """Limits of one document; each is a size, a count or a ratio, never a time.

    `max_bytes`: raw bytes. `max_pages`: pages or slides. `max_text`: code points of the text.
    `max_expansion`: unpacked bytes of an archive for each of its own, nested archives included;
    `max_unpacked`: unpacked bytes of an archive at all. `max_members`: files in an archive.
    """

    max_bytes: int = 50_000_000
    max_pages: int = 5_000
    max_text: int = 20_000_000
    max_expansion: int = 100
    max_unpacked: int = 500_000_000
    max_members: int = 20_000

    def as_json(self) -> dict[str, int]:
        return asdict(self)

    def refuse_bytes(self, document_id: str, size: int) -> None:
        if size > self.max_bytes:
            raise over_limit(document_id, "too_large", size, "bytes", "max_bytes", self.max_bytes)

    def refuse_pages(self, document_id: str, count: int) -> None:
        if count > self.max_pages:
            raise over_limit(
                document_id, "too_many_pages", count, "pages", "max_pages", self.max_pages
            )

    def refuse_text(self, document_id: str, length: int) -> None:
        if length > self.max_text:
            raise over_limit(
                document_id,
                "too_much_text",
                length,
                "characters of text",
                "max_text",
                self.max_text,
            )


def over_limit(
    document_id: str, reason: str, value: int, unit: str, setting: str, limit: int
) -> DocumentError:
    """The error of a document that has `value` of something of which `limit` is allowed."""
    return DocumentError(
        document_id,
        reason,
        f"has {value:,} {unit}, more than the limit of {limit:,}.",
        remedy=f"Raise `limits.{setting}` in defs.yaml, exclude the document, "
        "or waive it with `on_error: quarantine`.",
    )


def damaged(document_id: str, message: str) -> DocumentError:
    """The error of a document that cannot be parsed; `message` is the library's own."""
    return DocumentError(
        document_id,
        "damaged",
        f"cannot be parsed: {' '.join(message.split()) or 'no reason was given'}.",
        remedy="Open the file and save it again, exclude it, "
        "or waive it with `on_error: quarantine`.",
    )


def encrypted(document_id: str) -> DocumentError:
    """The error of a document that asks for a password."""
    return DocumentError(
        document_id,
        "encrypted",
        "is protected by a password (or is an Office file of a format before 2007).",
        remedy="Save it without a password in a current format, exclude it, "
        "or waive it with `on_error: quarantine`.",
    )
