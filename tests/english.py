"""English words that were left in a Chinese text."""

from __future__ import annotations

import re

# Names that have no other in Chinese, and names of options.
NAMES = {
    *(
        "AccessKey",
        "Alibaba",
        "Date",
        "Docker",
        "Apprise",
        "GetInstance",
        "GetLifecycle",
        "QueryAutoShutdownPolicies",
        "InstanceId",
        "GiB",
        "JSON",
        "Jupyter",
        "Notebook",
    ),
    *("JupyterLab", "Pod", "Python", "Reading", "Success", "Token", "Web", "anywidget", "auto"),
    *("all", "details", "endpoint", "fields", "http", "https", "idle", "labextension", "network"),
    *("public", "region", "rich", "rootfs", "scheduled", "shell", "vpc"),
}
ASCII = re.compile("[!-~]+")
# What is typed, and what somebody named: paths, URLs, options, variables, ids, quoted words.
TYPED = re.compile(r"[\d./:_=@%<\[\]&|>'`…-]")
# Lines of a help that are a shell's.
SHELL = re.compile(
    r"^ +(?:jupyter dsw|export) .*$|jupyter server extension enable|pip install|`[^`]*`"
    r"|^用法：(?:.*\n)+?\n",
    re.MULTILINE,
)


def english_in(shown: str, *own: str) -> list[str]:
    """The English words of `shown` that are none of the `own`, which were not ours to translate."""
    for value in sorted(own, key=len, reverse=True):
        shown = re.sub(rf"(?<![\w./:-]){re.escape(value)}(?![\w/-]|[.:\[]\w)", " ", shown)
    tokens = (token.strip(".,;:!?()") for token in ASCII.findall(SHELL.sub(" ", shown)))
    words = (word for token in tokens if not TYPED.search(token) for word in token.split(","))
    return [word for word in words if re.search("[a-z]{2}", word) and word not in NAMES]
