"""The command lines in a block of shell, taken apart as a shell does."""

from __future__ import annotations

import re
import shlex

_ASSIGNMENT = re.compile(r"\w+=")


def commands_in(script: str) -> list[list[str]]:
    """The words of each simple command of `script`, redirections and assignments left out."""
    found: list[list[str]] = []
    for line in script.replace("\\\n", " ").splitlines():
        words: list[str] = []
        tokens = iter(_tokens(line))
        for token in tokens:
            if set(token) <= set("<>&") and set(token) & set("<>"):
                next(tokens, None)
            elif set(token) <= set("|&;()"):
                found.append(words)
                words = []
            elif words or not _ASSIGNMENT.match(token):
                words.append(token)
        found.append(words)
    return [words for words in found if words]


def _tokens(line: str) -> list[str]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = "#"
    return list(lexer)
