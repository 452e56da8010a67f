"""Words that this project does not use, and what to write instead: no file may get more of them.

`ci/vocabulary.json` has, for each file that still contains some, how often. `--update` writes it
anew after words were replaced or files were moved, unless there are more of them in all.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COUNTS = ROOT / "ci" / "vocabulary.json"
INSTEAD = {
    "answer answers answered answering": "response, respond",
    "asker askers asks asked": "client, request, call",
    "beside": "next to, on the same machine, inside",
    "door doors": "endpoint, kernel endpoint, client",
    "held holds": "fresh, cached, has, is true",
    "house room rooms": "package",
    "ledger": "shown log",
    "refusal refusals": "error response, failure kind",
    "say says said": "show, report, write, translate",
    "scene scenes": "context",
    "shelf shelves": "storage",
    "tell tells told": "show, report, describe",
    "trouble troubles": "failure kind, problem",
}
TWO_SPACES = "two spaces"
_WORDS = {word: instead for words, instead in INSTEAD.items() for word in words.split()}
_WORDS[TWO_SPACES] = "one space after a full stop"
# Parts of names count too: `asked_at`, `HTTPAnswer`.
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_GAP = re.compile(r"[.!?][`\")\]]*  (?=[A-Z`])")
_SUFFIXES = {".css", ".ipynb", ".md", ".mjs", ".py", ".ts", ".yml"}
# The changelog is history; the check and its test name the words.
_EXCEPT = {"CHANGELOG.md", "ci/vocabulary.py", "tests/test_vocabulary.py"}


def words_in(text: str) -> Counter[str]:
    """Count the words that are not used, also as parts of names, and sentences too far apart."""
    found = (word.lower() for word in _WORD.findall(text))
    gaps = (TWO_SPACES for _ in _GAP.finditer(text))
    return Counter(chain((word for word in found if word in _WORDS), gaps))


def counted() -> dict[str, Counter[str]]:
    """Count the words in all files that git knows."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607 - from PATH
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    found = {}
    for name in sorted(filter(None, listed.stdout.split("\0"))):
        path = ROOT / name
        if path.suffix not in _SUFFIXES or name in _EXCEPT or not path.is_file():
            continue
        words = words_in(path.read_text(encoding="utf-8"))
        if words:
            found[name] = words
    return found


def faults(found: dict[str, Counter[str]], allowed: dict[str, int]) -> list[str]:
    """List the files with more of the words than before, and what to write instead."""
    lines = []
    for name, words in found.items():
        if words.total() > allowed.get(name, 0):
            listed = "; ".join(f"{word} ({_WORDS[word]})" for word in sorted(words))
            lines.append(
                f"{name}: {words.total()}, was {allowed.get(name, 0)}. Instead of {listed}"
            )
    return lines


def main() -> int:
    """Check all files, or write the counts anew; returns the exit status."""
    found = counted()
    totals = {name: words.total() for name, words in found.items()}
    allowed: dict[str, int] = json.loads(COUNTS.read_text(encoding="utf-8"))
    if "--update" in sys.argv[1:] and sum(totals.values()) <= sum(allowed.values()):
        COUNTS.write_text(json.dumps(totals, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        return 0
    lines = faults(found, allowed)
    for line in lines:
        print(line, file=sys.stderr)
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
