"""What the static HTML of a reading may be made of; anything else is a hole."""

from __future__ import annotations

import re
from html.parser import HTMLParser

SHARED = {"style", "lang"}
ALLOWED: dict[str, set[str]] = {
    "div": set(), "p": set(), "strong": set(), "em": set(), "small": set(), "span": set(),
    "h4": set(), "table": set(), "thead": set(), "tbody": set(), "tr": set(), "td": set(),
    "th": {"scope"}, "a": {"href", "target", "rel"},
}  # fmt: skip
LINK = re.compile(
    r"https://(?:(?:[a-z0-9-]+\.)*console|dsw[a-z0-9-]*|dsw[a-z0-9-]*\.data)"
    r"\.(?:aliyun|alibabacloud)\.com(?:/[^\"'<>\\\s]*)?"
)
STYLE = re.compile(r"[a-z0-9:;.,()#% -]*")


class Strict(HTMLParser):
    """Reads HTML and raises AssertionError where something is in it that must not be there."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED, tag
        for name, value in attrs:
            assert name in ALLOWED[tag] | SHARED, (tag, name)
            pattern = {"href": LINK, "style": STYLE}.get(name)
            assert pattern is None or pattern.fullmatch(value or ""), (tag, name)
        if tag == "a":
            assert dict(attrs)["rel"] == "noopener noreferrer"
        self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        raise AssertionError(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError("a comment")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError("a declaration")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError("a declaration")

    def handle_pi(self, data: str) -> None:
        raise AssertionError("an instruction")


def text_of(html: str) -> str:
    """The text of `html`; raises AssertionError unless it is made of what is allowed, and whole."""
    reader = Strict()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader.text
