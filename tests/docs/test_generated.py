"""What a command measured goes between its marks, and touches nothing else of the page."""

from __future__ import annotations

import pytest

from docs.generated import begin, end, part, with_part

PAGE = f"# Title\n\n{begin('a')}\nold\n{end('a')}\n\n{begin('b')}\nold\n{end('b')}\n\nrest\n"


def test_only_what_is_between_the_marks_changes() -> None:
    written = with_part(PAGE, "b", "\nnew\n\n")
    assert written == PAGE.replace(f"old\n{end('b')}", f"new\n{end('b')}")
    assert part(written, "b").strip() == "new"
    assert with_part(written, "b", "new") == written


@pytest.mark.parametrize("page", ["# Title\n", f"{begin('c')}\n", f"{end('c')}{begin('c')}"])
def test_a_page_without_the_marks_is_reported(page: str) -> None:
    with pytest.raises(ValueError, match="c:begin"):
        with_part(page, "c", "new")
