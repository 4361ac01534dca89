"""Mail: the headers that matter, then the body. Attachments are not read."""

import email
import email.policy
from dataclasses import dataclass
from email.message import EmailMessage

from lexiane_dagster.adapters.kreuzberg.limits import damaged

_SHOWN = ("Subject", "From", "To", "Cc", "Date")


@dataclass(frozen=True, slots=True)
class Mail:
    """One message; `body` is HTML or plain text."""

    subject: str | None
    headers: str
    body: str
    is_html: bool


def parse_mail(document_id: str, raw: bytes) -> Mail:
    """The parts of a message.

    Raises:
        DocumentError: `damaged`, also for bytes that have no header of a mail.
    """
    try:
        message = email.message_from_bytes(raw, policy=email.policy.default)
        return _mail(document_id, message)
    except (ValueError, LookupError, AttributeError, TypeError, IndexError) as error:
        raise damaged(document_id, f"{type(error).__name__}: {error}") from error


def _mail(document_id: str, message: EmailMessage) -> Mail:
    headers = [
        f"{name}: {' '.join(str(message[name]).split())}" for name in _SHOWN if message[name]
    ]
    if not headers:
        raise damaged(document_id, "it has no Subject, From, To or Date header")
    body = message.get_body(preferencelist=("plain", "html"))
    content = body.get_content(errors="strict") if body else ""
    is_html = body is not None and body.get_content_type() == "text/html"
    subject = str(message["Subject"]) if message["Subject"] else None
    return Mail(subject, "\n".join(headers), content, is_html)
