"""The check that no file gets more of the words that are not used here."""

from __future__ import annotations

from collections import Counter

from ci.vocabulary import faults, words_in


def test_words_count_in_prose_and_as_parts_of_names() -> None:
    text = "The door told HTTPAnswer; MAX_TROUBLE, asked_at. No doorway, no storytelling, no task."
    expected = {"door": 1, "told": 1, "answer": 1, "trouble": 1, "asked": 1}
    assert words_in(text) == expected


def test_two_spaces_after_a_full_stop_count_too() -> None:
    assert words_in("One.  Two. Three.  `four`  # five") == {"two spaces": 2}


def test_a_file_with_more_of_them_is_named_with_what_to_write_instead() -> None:
    found = {"a.py": Counter(door=2), "b.py": Counter(told=1)}
    assert faults(found, {"a.py": 2, "b.py": 1}) == []
    assert faults(found, {"a.py": 1, "b.py": 1}) == [
        "a.py: 2, was 1. Instead of door (endpoint, kernel endpoint, client)"
    ]


def test_a_new_file_may_have_none() -> None:
    assert len(faults({"new.py": Counter(refusal=1)}, {})) == 1
