"""Writing HTML in which nothing is markup that was not made as markup here."""

import unicodedata
from html import escape
from typing import Final

# Format characters that words of some scripts are written with.
_JOINERS: Final = "\u00ad\u200c\u200d"
_VOID: Final = ("meta", "br")


class Markup(str):
    """HTML that `tag` made. Every other text is escaped before it becomes part of any."""

    __slots__ = ()


def tag(name: str, /, *children: str, **attributes: str) -> Markup:
    """An element. Attribute names: `class_` is `class`, other underscores are hyphens."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{text(value)}"' for key, value in attributes.items()
    )
    if name in _VOID:
        return Markup(f"<{name}{given}>")
    return Markup(f"<{name}{given}>{joined(*children)}</{name}>")


def joined(*children: str) -> Markup:
    return Markup("".join(each if isinstance(each, Markup) else text(each) for each in children))


def text(value: str) -> Markup:
    """Text of a document or a question: escaped, with what the eye would not see made visible."""
    return Markup(escape("".join(map(_visible, value)), quote=True))


def _visible(mark: str) -> str:
    hidden = unicodedata.category(mark) in ("Cc", "Cf", "Co", "Cs")
    if not hidden or mark in "\n\t" or mark in _JOINERS:
        return mark
    return f"⟦U+{ord(mark):04X}⟧"


def own_words(value: str) -> Markup:
    """Words of somebody else inside our sentences: their direction does not leak out."""
    return tag("bdi", value)


def code(value: str) -> Markup:
    return tag("code", value)


def rows(*pairs: tuple[str, str]) -> Markup:
    """A list of terms and what they are."""
    return tag("dl", *(tag("div", tag("dt", name), tag("dd", value)) for name, value in pairs))


def section(anchor: str, title: str, *children: str) -> Markup:
    heading = tag("h2", title, id=f"{anchor}-title")
    return tag("section", heading, *children, id=anchor, aria_labelledby=f"{anchor}-title")
