"""The OpenAPI file and the browser's types are those that the structs of the contract give."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jupyter_dsw.reading import Contract
from scripts import contract

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Undescribed(Contract, frozen=True):
    more: int | None = None


FILES = [
    (contract.OPENAPI, contract.openapi),
    (contract.PANEL / "contract.ts", contract.contract_types),
    (contract.PANEL / "elements.ts", contract.element_types),
]


@pytest.mark.parametrize(("path", "made"), FILES, ids=[path.name for path, _ in FILES])
def test_what_is_made_from_the_structs_is_up_to_date(path: Path, made: Callable[[], str]) -> None:
    assert path.read_text("utf-8") == made(), "run python -m scripts.contract"


def test_a_field_of_the_contract_needs_a_docstring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(contract.STRUCTS, "Reading", Undescribed)
    with pytest.raises(KeyError, match="more"):
        contract.contract_schemas()


def test_what_the_server_sends_has_every_field_that_is_described() -> None:
    for name, struct in contract.STRUCTS.items():
        schema = contract.contract_schemas()[name]
        assert schema["required"] == list(struct.__struct_fields__)
