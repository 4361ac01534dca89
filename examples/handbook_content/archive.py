"""Office files are zip archives, and their writers put the time of day into them.

Rewritten here with a fixed order and fixed dates, and stored rather than deflated: zlib's
output differs between its builds, and the committed bytes should come out on any machine.
"""

import io
import re
import zipfile

_EPOCH = (1980, 1, 1, 0, 0, 0)
_DATES = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:)")
_THUMBNAIL = "docProps/thumbnail.jpeg"


def settle(data: bytes, date: str) -> bytes:
    """The same Office file, dated `date` (YYYY-MM-DD), with nothing left to chance."""
    stamp = rb"\g<1>" + date.encode() + rb"T09:00:00Z\g<3>"
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as target,
    ):
        for name in sorted(source.namelist(), key=_content_types_first):
            part = source.read(name)
            if name == _THUMBNAIL:  # the library's template brings a picture of itself
                continue
            if name == "docProps/core.xml":
                part = _DATES.sub(stamp, part)
            if name == "_rels/.rels":
                part = re.sub(rb"<Relationship [^>]*thumbnail[^>]*/>", b"", part)
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            target.writestr(entry, part)
    return out.getvalue()


def _content_types_first(name: str) -> tuple[bool, str]:
    return name != "[Content_Types].xml", name
