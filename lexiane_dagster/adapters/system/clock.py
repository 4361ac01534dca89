"""The clock of the machine."""

import time
from datetime import UTC, datetime


class SystemClock:
    """The `Clock` port."""

    def now(self) -> str:
        return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def elapsed(self) -> int:
        return time.perf_counter_ns() // 1000
