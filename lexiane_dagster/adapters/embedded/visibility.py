"""Who may see which chunk."""

from array import array
from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from lexiane_dagster.adapters.embedded.files import Array, ArrayFolder, Strings, strings_of

# Masks kept, one byte a chunk each.
MASKS_KEPT = 32


class GroupLists:
    """Collects the chunks of each group; chunks without groups belong to everybody."""

    def __init__(self) -> None:
        self._members: dict[bytes, array[int]] = {}
        self._public = array("i")

    def add(self, ordinal: int, groups: tuple[str, ...]) -> None:
        for group in set(groups):
            self._members.setdefault(group.encode(), array("i")).append(ordinal)
        if not groups:
            self._public.append(ordinal)

    def write(self, folder: ArrayFolder) -> None:
        names = sorted(self._members)
        lists = [self._public, *(self._members[name] for name in names)]
        offsets = np.zeros(len(lists) + 1, np.int64)
        np.cumsum([len(members) for members in lists], out=offsets[1:])
        folder.write_strings("groups", names)
        folder.write("group_offsets", "<i8", offsets)
        with folder.writer("group_members", "<i4", (int(offsets[-1]),)) as append:
            for members in lists:
                append(np.array(members, np.int32))


class Visibility:
    """Masks of visible chunks. Safe for use by several threads."""

    def __init__(self, arrays: Mapping[str, Array], chunks: int) -> None:
        names: Strings = strings_of(arrays, "groups")
        self._index = {names[i].decode(): i + 1 for i in range(len(names))}
        self._offsets = arrays["group_offsets"].tolist()
        self._members = arrays["group_members"]
        self._chunks = chunks
        self._masks: OrderedDict[frozenset[int], NDArray[np.bool_] | None] = OrderedDict()
        self._lock = Lock()

    def mask(self, groups: frozenset[str]) -> NDArray[np.bool_] | None:
        """bool (chunks,): what an asker in `groups` may see; None where that is everything."""
        lists = frozenset(self._index[group] for group in groups if group in self._index)
        with self._lock:
            if lists in self._masks:
                self._masks.move_to_end(lists)
                return self._masks[lists]
        mask = self._compute(lists)
        with self._lock:
            self._masks[lists] = mask
            if len(self._masks) > MASKS_KEPT:
                self._masks.popitem(last=False)
        return mask

    def _compute(self, lists: frozenset[int]) -> NDArray[np.bool_] | None:
        if self._offsets[1] == self._chunks:
            return None
        mask = np.zeros(self._chunks, np.bool_)
        for index in (0, *lists):
            mask[self._members[self._offsets[index] : self._offsets[index + 1]]] = True
        return None if mask.all() else mask
