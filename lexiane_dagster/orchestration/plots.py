"""Small pictures for the Dagster UI, remembered by the digest of what they show."""

import base64
import io
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from lexiane_dagster.domain.digest import digest_of_json
from lexiane_dagster.ports.memo import Memo

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MEMO = "plots/v1"


def remembered(memo: Memo, name: str, handle: str, draw: Callable[[], str]) -> str:
    """`draw()` once per (name, handle): importing the plotting library takes longer than a no-op run."""
    key = digest_of_json({"plot": name, "handle": handle})
    known = memo.get_many(MEMO, [key]).get(key)
    if known is not None:
        return known.decode()
    picture = draw()
    memo.put_many(MEMO, {key: picture.encode()})
    return picture


def bars(title: str, counts: Mapping[str, int]) -> str:
    """A horizontal bar chart as base64 PNG, largest on top."""
    ordered = sorted(counts.items(), key=lambda item: (item[1], item[0]))[-20:]

    def draw(axes: "Axes") -> None:
        drawn = axes.barh([name for name, _ in ordered], [count for _, count in ordered])
        axes.bar_label(drawn, padding=3)

    return _picture(title, draw, height=1.2 + 0.32 * len(ordered))


def histogram(title: str, values: Sequence[int], unit: str) -> str:
    """A histogram as base64 PNG."""

    def draw(axes: "Axes") -> None:
        axes.hist(values, bins=30)
        axes.set_xlabel(unit)

    return _picture(title, draw, height=2.8)


def _picture(title: str, draw: Callable[["Axes"], None], height: float) -> str:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, height), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.set_title(title, fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    draw(axes)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=90)
    return base64.b64encode(buffer.getvalue()).decode()
