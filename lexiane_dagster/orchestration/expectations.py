"""Great Expectations over a frame: one suite, one result a gate."""

import logging
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lexiane_dagster.domain.errors import ConfigurationError
from lexiane_dagster.orchestration.gates import Gate, GateResult

if TYPE_CHECKING:
    import pandas as pd

FAILING_SHOWN = 20


def validate(frame: "pd.DataFrame", gates: Sequence[Gate]) -> list[GateResult]:
    """Run the `expect_…` gates over `frame`; failing rows are named by the first column.

    Raises:
        ConfigurationError: an expectation does not exist or does not take its arguments.
    """
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = _no_progress_bars()
    batch = (
        context.data_sources.add_pandas("frames")
        .add_dataframe_asset("frame")
        .add_batch_definition_whole_dataframe("all")
    )
    suite = gx.ExpectationSuite(name="gates", expectations=[_expectation(g) for g in gates])
    found = batch.get_batch({"dataframe": frame}).validate(
        suite,
        result_format={
            "result_format": "COMPLETE",
            "unexpected_index_column_names": [str(frame.columns[0])],
        },
    )
    by_name = {each.expectation_config.meta["gate"]: each for each in found.results}
    return [_result(gate, by_name[gate.name], str(frame.columns[0])) for gate in gates]


def _expectation(gate: Gate) -> Any:
    from great_expectations.exceptions import GreatExpectationsError
    from great_expectations.expectations.registry import get_expectation_impl
    from pydantic.v1 import ValidationError

    try:
        return get_expectation_impl(gate.rule)(**gate.arguments, meta={"gate": gate.name})
    except (GreatExpectationsError, ValidationError, TypeError) as error:
        raise ConfigurationError(
            f"gate {gate.name!r}: {gate.rule} with {gate.arguments} cannot be made: {error}",
            remedy="mend it in expectations.yaml; names and arguments are those of GX core",
        ) from error


def _result(gate: Gate, found: Any, key: str) -> GateResult:
    if problem := _exception(found.exception_info or {}):
        raise ConfigurationError(
            f"gate {gate.name!r} cannot be evaluated: {problem}",
            remedy="mend it in expectations.yaml",
        )
    result = found.result or {}
    rows = result.get("unexpected_index_list") or []
    failing = tuple(str(row[key]) for row in rows[:FAILING_SHOWN])
    if "observed_value" in result:
        detail = f"observed {result['observed_value']}"
    else:
        detail = (
            f"{result.get('unexpected_count', 0)} of {result.get('element_count', 0)} rows fail"
        )
    return GateResult(gate.name, bool(found.success), detail, failing)


def _exception(info: Any) -> str | None:
    """The library gives one exception, or one for each metric that it could not compute."""
    each = [info] if "raised_exception" in info else list(info.values())
    return next((found["exception_message"] for found in each if found["raised_exception"]), None)


def _no_progress_bars() -> Any:
    from great_expectations.data_context.types.base import ProgressBarsConfig

    return ProgressBarsConfig(globally=False)
