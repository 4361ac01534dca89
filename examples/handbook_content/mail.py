"""E-mails as RFC 5322 messages; the front matter of the source holds their headers."""

from email.message import EmailMessage
from email.policy import SMTP

from handbook_content.markup import Source


def render(source: Source) -> bytes:
    """The source as a message, accents and all, with the line ends that the standard asks for."""
    message = EmailMessage(policy=SMTP)
    for name, value in source.meta.items():
        message[name] = value
    message.set_content(source.body.strip() + "\n", charset="utf-8", cte="quoted-printable")
    return message.as_bytes()
