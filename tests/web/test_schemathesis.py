"""Schemathesis over the whole API: whatever is sent, nothing breaks and nothing undocumented comes back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.servers import shopper_serve

pytestmark = pytest.mark.slow

EXAMPLES = 3  # of each operation and kind
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def url(small_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data = tmp_path_factory.mktemp("fuzzed") / "data"
    shutil.copytree(small_data, data)
    with shopper_serve(data) as served:
        yield served


@pytest.mark.parametrize("mode", GenerationMode)
def test_nothing_sent_breaks_anything(url: str, mode: GenerationMode) -> None:
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
    found, tried = [], 0
    for result in schema.get_all_operations():
        operation = result.ok()
        # Hypothesis owns the loop: one example at a time, the same ones in every run.
        settings = hypothesis.settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(hypothesis.HealthCheck),
            phases=[hypothesis.Phase.generate],
        )

        @settings
        @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
        def answered(case: schemathesis.Case) -> None:
            nonlocal tried
            tried += 1
            case.call_and_validate(checks=CHECKS, timeout=20)

        try:
            answered()
        except FailureGroup as group:
            found.append(f"{operation.label}: {group.exceptions}")
        except hypothesis.errors.Unsatisfiable:
            continue  # nothing can be wrong about an operation without inputs
    assert not found, "\n".join(found)
    assert tried > 100
