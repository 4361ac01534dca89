"""The files of an index folder: plain .npy arrays and a seal that holds the digest of each."""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.lib import format as npy
from numpy.typing import DTypeLike, NDArray

from lexiane_dagster.domain.canonical import Json, canonical_bytes
from lexiane_dagster.domain.digest import digest_of_json
from lexiane_dagster.domain.errors import IntegrityError
from lexiane_dagster.domain.version import LexicalStatistics

SEAL: Final = "seal.json"
SEAL_FORMAT: Final = "lexiane/embedded-index/v1"

Array = NDArray[Any]


class ArrayFolder:
    """Writes arrays into a folder and remembers the digest of each file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._digests: dict[str, str] = {}

    @contextmanager
    def writer(
        self, name: str, dtype: DTypeLike, shape: tuple[int, ...]
    ) -> Iterator[Callable[[Array], None]]:
        """Gives a function that appends to `<name>.npy`, whose shape is known beforehand."""
        header = BytesIO()
        npy.write_array_header_1_0(
            header,
            {"descr": npy.dtype_to_descr(np.dtype(dtype)), "fortran_order": False, "shape": shape},
        )
        sha = hashlib.sha256()
        with (self.folder / f"{name}.npy").open("wb") as file:

            def append(part: Array) -> None:
                data = np.ascontiguousarray(part, dtype=dtype).reshape(-1).view(np.uint8).data
                sha.update(data)
                file.write(data)

            sha.update(header.getvalue())
            file.write(header.getvalue())
            yield append
            file.flush()
            os.fsync(file.fileno())
        self._digests[f"{name}.npy"] = sha.hexdigest()

    def write(self, name: str, dtype: DTypeLike, values: Array) -> None:
        with self.writer(name, dtype, values.shape) as append:
            append(values)

    def write_strings(self, name: str, strings: Sequence[bytes]) -> None:
        """Write byte strings as one run of bytes and the offset of each (one more than strings)."""
        offsets = np.zeros(len(strings) + 1, np.int64)
        np.cumsum([len(string) for string in strings], out=offsets[1:])
        self.write(f"{name}_bytes", "u1", np.frombuffer(b"".join(strings), np.uint8))
        self.write(f"{name}_offsets", "<i8", offsets)

    def seal(self, statistics: LexicalStatistics) -> None:
        """Write the seal, last; a folder without one is no index."""
        body: Json = {
            "format": SEAL_FORMAT,
            "statistics": statistics.to_json(),
            "files": self._digests,
        }
        with (self.folder / SEAL).open("wb") as file:
            file.write(canonical_bytes({"body": body, "digest": digest_of_json(body)}))
            file.flush()
            os.fsync(file.fileno())
        sync_folder(self.folder)


@dataclass(frozen=True, slots=True)
class Strings:
    """Byte strings as `write_strings` laid them out."""

    data: memoryview
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, index: int) -> bytes:
        return self.data[self.offsets[index] : self.offsets[index + 1]].tobytes()


def sync_folder(folder: Path) -> None:
    """Make the entries of a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def open_sealed(folder: Path, threads: int) -> tuple[LexicalStatistics, dict[str, Array]]:
    """The statistics and the memory-mapped arrays of a sealed folder, by name.

    Raises:
        IntegrityError: a file is missing or is not what the seal says; the message names it.
    """
    seal = _read_seal(folder / SEAL)
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda item: _verify(folder / item[0], item[1]), seal["files"].items()))
    arrays = {name.removesuffix(".npy"): _mapped(folder / name) for name in seal["files"]}
    return LexicalStatistics(**seal["statistics"]), arrays


def strings_of(arrays: Mapping[str, Array], name: str) -> Strings:
    return Strings(arrays[f"{name}_bytes"].data, arrays[f"{name}_offsets"])


def _read_seal(path: Path) -> dict[str, Any]:
    try:
        data = path.read_bytes()
        seal = json.loads(data)
        intact = canonical_bytes(seal) == data and digest_of_json(seal["body"]) == seal["digest"]
    except FileNotFoundError:
        raise _damaged(path, "is missing") from None
    except (ValueError, KeyError, TypeError):
        intact = False
    if not intact or seal["body"]["format"] != SEAL_FORMAT:
        raise _damaged(path, "is damaged")
    body: dict[str, Any] = seal["body"]
    return body


def _verify(path: Path, expected: str) -> None:
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise _damaged(path, "is missing") from None
    if found != expected:
        raise _damaged(path, f"is damaged: its SHA-256 is {found}, sealed was {expected}")


def _mapped(path: Path) -> Array:
    # A plain view: every slice of an np.memmap costs a microsecond more.
    try:
        mapped: Array = np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    except FileNotFoundError:
        raise _damaged(path, "is missing") from None
    return mapped


def _damaged(path: Path, what: str) -> IntegrityError:
    return IntegrityError(
        f"index file {path} {what}",
        remedy="Delete the index folder; it is built again from the store.",
    )
