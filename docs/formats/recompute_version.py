"""Recompute the names of index versions from a store: python recompute_version.py STORE [VERSION]

An independent checker: it shares no code with lexiane_dagster, and needs Python 3.11+, numpy and
pyarrow. It follows canonical-v1.md, index-version-v1.md, analysis-v1.md and retrieval-v1.md, prints
a line a step and ends with 0 when everything holds, 1 when something does not.

Terms are recomputed where the language is `none`. For another language they need its Snowball
stemmer (package PyStemmer) and a file with the stop list, one word a line: --stop-words FILE.
"""

import argparse
import hashlib
import io
import json
import re
import sys
import unicodedata
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq


def sha(data):
    return hashlib.sha256(data).hexdigest()


def utf16(key):
    return key.encode("utf-16-be")


def canonical(value):
    """canonical-v1.md, section 1."""
    if isinstance(value, dict):
        pairs = (canonical(k) + b":" + canonical(value[k]) for k in sorted(value, key=utf16))
        return b"{" + b",".join(pairs) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(map(canonical, value)) + b"]"
    if isinstance(value, float):
        raise ValueError("floats have no canonical form here")
    return json.dumps(value, ensure_ascii=False).encode()


def leaf_hash(leaf):
    return hashlib.sha256(b"\0" + leaf).digest()


def tree(hashes):
    """canonical-v1.md, section 3: the recursive definition of RFC 6962, from the leaf hashes."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + tree(hashes[:split]) + tree(hashes[split:])).digest()


def require(holds, problem):
    if not holds:
        raise ValueError(problem)


class Checker:
    """The checks of one version; each raises ValueError with what is wrong."""

    def __init__(self, store, version, stop_words):
        self.store, self.version, self.stop_words = store, version, stop_words
        self.manifest, self.documents, self.chunks = {}, [], []

    def steps(self):
        return (self.name, self.sources, self.waived, self.passages, self.vectors, self.terms)

    def stored(self, digest):
        data = (self.store / "objects" / digest[:2] / digest).read_bytes()
        require(sha(data) == digest, f"objects/{digest[:2]}/{digest} has another digest")
        return data

    def table(self, kind, root):
        found = sorted((self.store / kind / root[:2]).glob(f"{root}-*"))
        require(found, f"the table {kind}/{root[:2]}/{root}-… is missing")
        data = found[0].read_bytes()
        require(sha(data) == found[0].name[65:], f"{kind}/{root[:2]}/{found[0].name} is damaged")
        return io.BytesIO(data)

    def rows(self, kind):
        # In this thread only: pyarrow's own may outlive the interpreter and abort the process.
        file = pq.ParquetFile(self.table(kind, self.manifest[kind]))
        return file.read(use_threads=False).to_pylist()

    def erased(self, kind):
        """docs/erasure.md, section 4: positions and leaf hashes of rows that an erasure took out."""
        root = self.manifest[kind]
        found = {}
        for file in sorted((self.store / "redactions" / kind / root[:2]).glob(f"{root}-*.json")):
            data = file.read_bytes()
            require(
                sha(data) == file.stem[65:], f"redactions/{kind}/{root[:2]}/{file.name} is damaged"
            )
            found |= {at: bytes.fromhex(leaf) for at, leaf in json.loads(data)["erased"]}
        return found

    def name(self):
        data = (self.store / "versions" / f"{self.version}.json").read_bytes()
        require(sha(data) == self.version, f"versions/{self.version}.json has another digest")
        self.manifest = json.loads(data)
        require(canonical(self.manifest) == data, "the manifest is not in canonical form")
        require(self.manifest["format"] == "lexiane/index-version/v1", "another format")
        return self.version

    def rooted(self, kind, leaves):
        erased, rest = self.erased(kind), iter([leaf_hash(leaf) for leaf in leaves])
        total = len(leaves) + len(erased)
        require(all(at < total for at in erased), f"an erased row of the {kind} is out of range")
        hashes = [erased[at] if at in erased else next(rest) for at in range(total)]
        root = tree(hashes).hex()
        require(root == self.manifest[kind], f"the root of the {kind} is {root}")
        count = self.manifest["counts"].get(kind, total)
        require(count == total, f"{total} {kind}, the manifest says {count}")
        return f"{total} {root}" + (f" ({len(erased)} erased)" if erased else "")

    def sources(self):
        self.documents = self.rows("documents")
        require(ascending(self.documents, "document_id"), "documents are out of order")
        for row in self.documents:
            row["metadata"] = json.loads(row["metadata"])
            self.stored(row["raw_digest"])
            row["content"] = self.stored(row["text_digest"]).decode()
        keys = ("document_id", "media_type", "metadata", "groups", "pages")
        leaves = [
            {"format": "lexiane/document/v1", "raw": row["raw_digest"], "text": row["text_digest"]}
            | {key: row[key] for key in keys}
            for row in self.documents
        ]
        return self.rooted("documents", [canonical(leaf) for leaf in leaves])

    def waived(self):
        rows = self.rows("waived")
        require(ascending(rows, "document_id"), "waived documents are out of order")
        keys = ("document_id", "reason")
        leaves = [{"format": "lexiane/waived-document/v1"} | {k: r[k] for k in keys} for r in rows]
        return self.rooted("waived", [canonical(leaf) for leaf in leaves])

    def passages(self):
        self.chunks = self.rows("chunks")
        require(ascending(self.chunks, "chunk_id"), "chunks are out of order")
        contents = {row["document_id"]: row["content"] for row in self.documents}
        seen = Counter()
        for row in sorted(self.chunks, key=lambda r: (r["document_id"], r["start"])):
            cut = contents[row["document_id"]][row["start"] : row["end"]]
            require(cut == row["text"], f"the chunk {row['chunk_id']} is not verbatim")
            named = {key: row[key] for key in ("document_id", "heading", "text")}
            key = canonical(named)
            named |= {"format": "lexiane/chunk-id/v1", "occurrence": seen[key]}
            seen[key] += 1
            require(sha(canonical(named)) == row["chunk_id"], f"{row['chunk_id']} has another id")
        leaves = [canonical({"format": "lexiane/chunk/v1"} | row) for row in self.chunks]
        return self.rooted("chunks", leaves)

    def vectors(self):
        array = np.load(self.table("vectors", self.manifest["vectors"]), allow_pickle=False)
        shape = (len(self.chunks), self.manifest["embedder"]["dimension"])
        require(array.dtype == np.dtype("<i2") and array.shape == shape, "another type or shape")
        require(((array.astype(np.int64) ** 2).sum(axis=1) < 2**24).all(), "a vector is too long")
        pairs = zip(self.chunks, array, strict=True)
        leaves = [bytes.fromhex(row["chunk_id"]) + vector.tobytes() for row, vector in pairs]
        return self.rooted("vectors", leaves)

    def terms(self):
        language, stop = self.manifest["analysis"]["language"], []
        stem = str
        if language != "none":
            if self.stop_words is None:
                return None
            from Stemmer import Stemmer

            stem = Stemmer(language).stemWord
            stop = sorted(self.stop_words.read_text("utf-8").split(), key=str.encode)
        listed = sha(canonical({"format": "lexiane/stop-words/v1", "words": stop}))
        require(listed == self.manifest["analysis"]["stop_words"], "another stop list")
        frequencies, lengths = Counter(), []
        for row in self.chunks:
            found = terms_of("\n".join((*row["heading"], row["text"])), frozenset(stop), stem)
            frequencies.update(set(found))
            lengths.append(len(found))
        if self.erased("chunks"):
            return self.frozen(frequencies)
        ordered = sorted(frequencies, key=str.encode)
        root = tree([leaf_hash(canonical([term, frequencies[term]])) for term in ordered]).hex()
        counts = {"chunks": sum(map(bool, lengths)), "length": sum(lengths), "terms": len(ordered)}
        require(
            {**counts, "root": root} == self.manifest["lexical"], f"terms give {counts}, {root}"
        )
        return f"{len(ordered)} {root}"

    def frozen(self, frequencies):
        """docs/erasure.md, section 4: the statistics that a version with erased chunks kept."""
        found = sorted((self.store / "statistics").glob(f"{self.version}-*.json"))
        require(found, f"the statistics of {self.version} are missing")
        data = found[0].read_bytes()
        require(sha(data) == found[0].stem[65:], f"statistics/{found[0].name} is damaged")
        kept = json.loads(data)
        terms = dict(kept["terms"])
        require(list(terms) == sorted(terms, key=str.encode), "kept terms are out of order")
        require(terms.keys() == frequencies.keys(), "the kept terms are not those of the chunks")
        require(all(terms[t] >= frequencies[t] for t in terms), "a kept frequency is too small")
        hidden = {at: bytes.fromhex(leaf) for at, leaf, _ in kept["hidden"]}
        rest, total = iter(kept["terms"]), len(terms) + len(hidden)
        hashes = [
            hidden[at] if at in hidden else leaf_hash(canonical(next(rest))) for at in range(total)
        ]
        root = tree(hashes).hex()
        counts = {"chunks": kept["chunks"], "length": kept["length"], "terms": total}
        require(
            {**counts, "root": root} == self.manifest["lexical"], f"terms give {counts}, {root}"
        )
        return f"{total} {root} ({len(hidden)} hidden)"


def ascending(rows, key):
    keys = [row[key].encode() for row in rows]
    return all(a < b for a, b in pairwise(keys))


# analysis-v1.md. `unicodedata` of Python 3.11 is Unicode 14, which that page asks for; a later Python
# differs on texts with code points that were assigned after it.
DELETED = re.compile(
    "[\u00ad\u061c\u180b-\u180f\u200c-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]"
)
UNSEGMENTED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf\u3005-\u3007\u3021-\u3029"
    "\u3031-\u312f\u31a0-\u31ff\u3400-\u4dbf\u4e00-\ua4cf\ua9e0-\ua9ff\uaa60-\uaadf\uf900-\ufaff"
    "\U00016fe0-\U00018cff\U0001aff0-\U0001b2ff\U00020000-\U0003ffff]"
)


def terms_of(text, stop, stem):
    text = DELETED.sub("", text)
    text = "".join(" " if unicodedata.category(c) in ("Cn", "Cs") else c for c in text)
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    found, run, kind = [], "", None
    for character in text + " ":
        category = unicodedata.category(character)[0]
        here = bool(UNSEGMENTED.match(character)) if category in "LNM" else None
        if run and here == kind:
            run += character
            continue
        if run:
            found.append((run, kind))
        run, kind = (character, here) if category in "LN" else ("", None)
    terms = []
    for run, unsegmented in found:
        if unsegmented:
            terms += [run[i : i + 2] for i in range(len(run) - 1)] or [run]
        elif run[:64] not in stop and (term := stem(run[:64])):
            terms.append(term)
    return terms


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("store", type=Path, help="folder, e.g. .lexiane/store")
    parser.add_argument(
        "version", nargs="?", default="", help="digest or prefix, CORPUS@ or not; default: all"
    )
    parser.add_argument("--stop-words", type=Path)
    options = parser.parse_args()
    prefix = options.version.rpartition("@")[2]
    found = sorted((options.store / "versions").glob(f"{prefix}*.json"))
    if not found:
        parser.error(f"no version matches {prefix!r}")
    return max(check(Checker(options.store, each.stem, options.stop_words)) for each in found)


def check(checker):
    for step in checker.steps():
        try:
            told = step()
            mark = "ok     " if told else "skipped"
            print(f"{mark} {step.__name__:<9} {told or 'needs --stop-words and PyStemmer'}")
        except (ValueError, KeyError, OSError) as error:
            print(f"FAILED  {step.__name__:<9} {error}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
