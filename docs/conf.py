"""How Sphinx builds the site: `make docs`."""

from __future__ import annotations

import sys
from gettext import translation
from importlib.metadata import version as version_of
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints

import msgspec

sys.path.insert(0, str(Path(__file__).parents[1]))

import jupyter_dsw.model.instance  # noqa: F401 - all subclasses of Element are declared by it
from docs.reference import GENERATED
from jupyter_dsw.model.elements import Element
from jupyter_dsw.model.parsing import readers

# The theme's own texts; it has no Chinese for a few of them.
THEME_TEXTS = translation("sphinx", str(files("pydata_sphinx_theme") / "locale"), ["zh"])
MORE_THEME_TEXTS = {"Collapse Sidebar": "收起导航", "next": "下一页", "previous": "上一页"}
# Of pages that are in English.
CHINESE_TITLES = {
    "configuration": "配置（英文）",
    "administrators": "管理员（英文）",
    "how-it-works": "原理（英文）",
}

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "jupyter-dsw"
author = "the jupyter-dsw developers"
version = release = version_of("jupyter-dsw")

extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["_build"]
nitpicky = True
# Types of other projects: their inventories would have to be fetched from the network.
nitpick_ignore_regex = [
    (r"py:.*", r"(asyncio|collections|concurrent|datetime|msgspec|timedelta|typing).*"),
    (r"py:.*", r"(InteractiveShell|IPython\..*|Any|Self|Callable|Mapping|Callback)"),
    # An alias of ours, of two literals: it has no entry of its own.
    ("py:class", "Language"),
    # The REST contract has a page of its own, rest.md.
    ("py:class", r"jupyter_dsw\.reading\.Contract"),
]

myst_enable_extensions = ["attrs_block", "attrs_inline", "colon_fence", "deflist"]
myst_heading_anchors = 3

# Texts as the code has them, quotes included.
smartquotes = False
# What docstrings have between backticks is code.
default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True

html_theme = "pydata_sphinx_theme"
html_title = project
html_static_path = ["_static"]
templates_path = ["_templates"]
html_css_files = ["site.css"]
html_favicon = "_static/icon.svg"
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "logo": {"text": project, "image_light": "_static/icon.svg", "image_dark": "_static/icon.svg"},
    "header_links_before_dropdown": 7,
    "navbar_persistent": ["search-button"],
    "navbar_end": ["language", "theme-switcher"],
    "secondary_sidebar_items": {"**": ["page-toc"], "index": [], "zh/index": []},
    "show_toc_level": 2,
    "footer_start": ["licence"],
    "footer_end": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
html_context = {"default_mode": "auto"}
html_sidebars: dict[str, list[str]] = {"index": [], "zh/index": []}


def fill_in(_app: Sphinx, _page: str, source: list[str]) -> None:
    """Replace each `<!-- generated: … -->` of a page by what is read out of the code."""
    for name, write in GENERATED.items():
        marker = f"<!-- generated: {name} -->"
        if marker in source[0]:
            source[0] = source[0].replace(marker, write())


def without_fields(_app: Sphinx, _what: str, _name: str, thing: Any, *_: Any) -> Any:
    """Leave the fields of a struct out of its signature: each is described below it."""
    is_struct = isinstance(thing, type) and issubclass(thing, msgspec.Struct)
    return ("", None) if is_struct else None


def show_plain_types(kind: type[Element] = Element) -> None:
    """Show a struct's texts as `str`: only the parser needs their kinds."""
    readers(kind)  # reads the kinds, before they are gone
    kind.__annotations__ = get_type_hints(kind)
    for each in kind.__subclasses__():
        show_plain_types(each)


def in_chinese(
    app: Sphinx, page: str, _template: str, context: dict[str, Any], _doctree: Any
) -> None:
    """Mark the language of a Chinese page, and make its navigation lead to Chinese pages."""
    if not page.startswith("zh/"):
        return
    context["language"] = "zh-CN"
    context["_"] = context["gettext"] = _theme_text
    places = ["zh/start", "configuration", "administrators", "how-it-works"]
    items = [
        f'<li class="nav-item{" current active" if page == place else ""}">'
        f'<a class="nav-link nav-internal" href="{context["pathto"](place)}">'
        f"{CHINESE_TITLES.get(place) or app.env.titles[place].astext()}</a></li>"
        for place in places
    ]
    context["generate_header_nav_html"] = lambda *_, **__: "\n".join(items)


def _theme_text(message: str) -> str:
    return MORE_THEME_TEXTS.get(message) or THEME_TEXTS.gettext(message)


def setup(app: Sphinx) -> None:
    """Connect the functions above."""
    show_plain_types()
    app.connect("source-read", fill_in)
    app.connect("autodoc-process-signature", without_fields)
    # After the theme's own, which makes the navigation.
    app.connect("html-page-context", in_chinese, priority=900)
