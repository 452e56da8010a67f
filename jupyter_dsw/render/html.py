"""A view model as static HTML: headings, lists and tables that also read well without styles.

Inline styles only, in colours that suit light and dark pages; GitHub strips them, and the
markup carries the meaning then.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from jupyter_dsw.columns import columns
from jupyter_dsw.i18n import TAGS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_dsw.render.sections import Fact, Section, Table
    from jupyter_dsw.render.view import ViewModel

# Consoles (`cr.console.aliyun.com`), and the pages and gateways of instances
# (`dsw-gateway-cn-shanghai.data.aliyun.com`), of both sites. Under aliyuncs.com anybody has hosts:
# each bucket is one.
_HOST = re.compile(
    r"(?:[a-z0-9-]{1,63}\.){0,3}console\.(?:aliyun|alibabacloud)\.com"
    r"|dsw(?:-[a-z0-9-]{1,60})?(?:\.data)?\.(?:aliyun|alibabacloud)\.com"
)
_ADDRESS = re.compile(r"https://[A-Za-z0-9._~:/@!$&'()*+,;=%\-]{1,1000}")
_BACKQUOTED = re.compile("`([^`]+)`")
_TONES = {"good": "#2da44e", "busy": "#bf8700", "bad": "#cf222e", "off": "#8b949e"}

_LINE = "1px solid rgba(128,128,128,.3)"
_CELL = f"text-align:left;vertical-align:top;padding:2px 12px 2px 0;border-bottom:{_LINE}"
_SHORT = 28
_HEADING = "margin:.9em 0 .2em;font-size:1em;font-weight:600"
_QUIET = "opacity:.7;font-size:.9em;margin:.6em 0 0"


# Jupyter keeps the outputs of all cells: what is shown again within a minute is the same string.
@lru_cache(maxsize=4)
def to_html(model: ViewModel) -> str:
    """Write a view model as one `<div>` that needs no script and no style sheet.

    Every text in it is escaped.
    """
    lang = "" if model.language == "en" else f' lang="{TAGS[model.language]}"'
    parts = _parts(model)
    return f'<div{lang} style="max-width:60em;line-height:1.45">{"".join(parts)}</div>'


def with_code(sentence: str) -> str:
    """Write a sentence as HTML; what is in backquotes is code."""
    return _BACKQUOTED.sub(r"<code>\1</code>", escape(sentence))


def _parts(model: ViewModel) -> Iterator[str]:
    if model.problem:
        bad = _TONES["bad"]
        yield (
            f'<p style="margin:0 0 .6em;padding:.3em .6em;border-left:4px solid {bad}">'
            f"<strong>⚠ {with_code(model.problem)}</strong></p>"
        )
    if model.notice:
        yield f'<p style="margin:0 0 .4em"><em>{escape(model.notice)}</em></p>'
    if model.status:
        dot = f'<span style="color:{_TONES[model.tone]}">●</span>'
        line = f"{dot} <strong>{escape(model.status)}</strong> {escape(model.name)}"
        yield f'<p style="margin:0;font-size:1.15em">{line}</p>'
    for fact in model.facts:
        value = f"<strong>{_linked(fact)}</strong>"
        # No colon between them: there may be one in the value.
        yield f'<p style="margin:.2em 0">{escape(fact.label)} {value}</p>'
    if model.remark:
        yield f'<p style="{_QUIET}"><small>{escape(model.remark)}</small></p>'
    yield from map(_section, model.sections)
    if model.foot:
        yield f'<p style="{_QUIET}"><small>{escape(model.foot)}</small></p>'


def _section(section: Section) -> str:
    heading = f'<h4 style="{_HEADING}">{escape(section.title)}</h4>'
    if section.is_empty:
        return f'{heading}<p style="margin:0">{escape(section.empty)}</p>'
    listed = _table_of("".join(map(_fact, section.facts))) if section.facts else ""
    return heading + listed + (_table(section.table) if section.table else "")


def _fact(fact: Fact) -> str:
    return (
        f'<tr><th scope="row" style="{_CELL};font-weight:400;opacity:.75;white-space:nowrap">'
        f'{escape(fact.label)}</th><td style="{_value_style(fact.value)}">{_linked(fact)}</td></tr>'
    )


def _linked(fact: Fact) -> str:
    if fact.link is None or not is_safe_link(fact.link):
        return escape(fact.value)
    address = escape(fact.link)
    return (
        f'<a href="{address}" target="_blank" rel="noopener noreferrer"'
        f' style="color:inherit;text-decoration:underline">{escape(fact.value)}</a>'
    )


def is_safe_link(address: str) -> bool:
    """Return whether an address may be a link: https, to a console, a gateway or an instance."""
    if not _ADDRESS.fullmatch(address):
        return False
    try:
        parts = urlsplit(address)
        return parts.netloc == parts.hostname and bool(_HOST.fullmatch(parts.netloc))
    except ValueError:
        return False


def _table(table: Table) -> str:
    head = "".join(
        f'<th scope="col" style="{_value_style(name)}">{escape(name)}</th>'
        for name in table.columns
    )
    rows = "".join(
        "<tr>"
        + "".join(f'<td style="{_value_style(cell)}">{escape(cell)}</td>' for cell in row)
        + "</tr>"
        for row in table.rows
    )
    more = f'<p style="margin:.2em 0">{escape(table.more)}</p>' if table.more else ""
    return _table_of(rows, f"<thead><tr>{head}</tr></thead>") + more


def _value_style(value: str) -> str:
    """Short values stay in one piece; long ones may break anywhere."""
    breaks = "white-space:nowrap" if columns(value) <= _SHORT else "overflow-wrap:anywhere"
    return f"{_CELL};{breaks}"


def _table_of(rows: str, head: str = "") -> str:
    style = "border-collapse:collapse;margin:0;font-size:inherit"
    return f'<table style="{style}">{head}<tbody>{rows}</tbody></table>'
