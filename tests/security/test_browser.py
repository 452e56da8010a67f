"""The panel in a real Chromium: hostile texts, and a strict Content-Security-Policy."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Dialog, Page, expect

import jupyter_dsw
from jupyter_dsw.demo.lab import Lab, clean_environment
from tests.browser.notebooks import open_notebook, run_cell, write_notebook
from tests.browser.windows import MINUTE, stop_in
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_dsw.emulator import Emulator
    from tests.canaries import Canaries

# As strict as JupyterLab itself takes: it compiles the schemas of its settings (unsafe-eval), sets
# styles of its own, and anywidget loads a widget's module from a blob.
STRICT = (
    "default-src 'self'; script-src 'self' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' blob: data:; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'self'"
)
WATCH = """
window.violations = [];
document.addEventListener('securitypolicyviolation', event => window.violations.push(
    [event.effectiveDirective, event.blockedURI, event.sourceFile || '']));
"""
MARKUP = "<img src=x onerror=alert(1)><script>alert(2)</script><b>bold</b>&lt;i&gt;"
TRICKS = "\u202eright-to-left\u2066 \x1b[31mred\x07 \u200bzero"
SCRIPT = "javascript:alert(3)"
EVIL_HOST = "https://evil.example/aliyun.com"
HOSTILE: dict[str, Any] = {
    "InstanceName": MARKUP,
    "WorkspaceName": f"{TRICKS}{MARKUP}",
    "UserName": f'"><svg onload=alert(4)>{TRICKS}',
    "Labels": [{"Key": MARKUP, "Value": TRICKS}],
    "Tags": [{"TagKey": TRICKS, "TagValue": MARKUP}],
    "ReasonCode": MARKUP,
    "ReasonMessage": f"{MARKUP}{TRICKS}",
    "InstanceUrl": SCRIPT,
    "JupyterlabUrl": f"{SCRIPT}//dsw.aliyun.com/",
    "WebIDEUrl": EVIL_HOST,
    "TerminalUrl": "data:text/html,<script>alert(5)</script>",
    "Datasets": [{"MountPath": MARKUP, "Uri": SCRIPT, "DatasetId": TRICKS}],
    "LatestSnapshot": {"ImageName": MARKUP, "Status": "Failed", "ReasonMessage": MARKUP},
}
HIDDEN = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]"
)


@pytest.fixture(scope="module")
def strict_lab(
    shared_emulator: Emulator, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Lab]:
    """A JupyterLab under the strict policy."""
    home = tmp_path_factory.mktemp("strict")
    (home / "config").mkdir()
    headers = {"headers": {"Content-Security-Policy": STRICT}}
    config = home / "config" / "jupyter_server_config.json"
    config.write_text(json.dumps({"ServerApp": {"tornado_settings": headers}}))
    environment = {**clean_environment(), **shared_emulator.environment()}
    lab = Lab.start(home, environment, {"LabApp.expose_app_in_browser": True})
    try:
        lab.wait_until_it_responds()
        yield lab
    finally:
        lab.stop()


class Watched:
    """A page in which nothing may happen that a text of the response has."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.alerts: list[str] = []
        self.requested: list[str] = []
        page.add_init_script(WATCH)
        page.on("dialog", self._dismiss)
        page.on("request", lambda request: self.requested.append(request.url))

    def _dismiss(self, dialog: Dialog) -> None:
        self.alerts.append(dialog.message)
        dialog.dismiss()

    def violations(self) -> list[list[str]]:
        found: list[list[str]] = self.page.evaluate("window.violations")
        return found


@pytest.fixture
def shown(page: Page, strict_lab: Lab, shared_emulator: Emulator) -> Watched:
    """A notebook with the whole panel of a hostile instance."""
    shared_emulator.change(**HOSTILE)
    # Seconds are counted in the last ten minutes.
    stop_in(shared_emulator, 9 * MINUTE)
    watched = Watched(page)
    write_notebook(strict_lab, "%dsw_info all")
    open_notebook(page, strict_lab)
    run_cell(page, 0)
    expect(page.locator(".jp-Notebook dsw-panel")).to_contain_text("<img src=x")
    return watched


def test_hostile_texts_are_text_under_a_strict_policy_and_break_nothing(
    shown: Watched, strict_lab: Lab, shared_emulator: Emulator, canaries: Canaries
) -> None:
    page = shown.page
    panel = page.locator(".jp-Notebook dsw-panel")
    expect(panel).to_contain_text(MARKUP)
    assert panel.locator("img, script, iframe, [onload], [onerror], b:text-is('bold')").count() == 0
    links = panel.evaluate("p => [...p.shadowRoot.querySelectorAll('a')].map(a => a.href)")
    own = re.compile(r"https://(\w+\.console|dsw-[\w-]+(\.data)?)\.(aliyun|alibabacloud)\.com/")
    assert [link for link in links if not own.match(link)] == []
    assert not HIDDEN.search(panel.evaluate("p => p.shadowRoot.textContent"))
    styled = panel.evaluate("p => getComputedStyle(p.shadowRoot.querySelector('.panel')).display")
    assert styled != "inline"

    # Nearly as much in a name as a response may have: cut, shown, and the page goes on.
    shared_emulator.change(
        InstanceName="A" * 2**19 + "end", Labels=[{"Key": "k", "Value": "B" * 2**18}]
    )
    strict_lab.request("GET", "jupyter-dsw/v1/instance", headers={"Cache-Control": "no-cache"})

    def renewed() -> bool:
        panel.get_by_role("button", name="Refresh").click()
        page.wait_for_timeout(500)
        return "AAAA" in panel.evaluate("p => p.shadowRoot.textContent")

    until(renewed)
    box = panel.bounding_box()
    assert box is not None
    assert box["width"] <= 1280
    timer = panel.get_by_role("timer").first
    before = timer.inner_text()
    expect(timer).not_to_have_text(before)

    assert shown.alerts == []
    foreign = [url for url in shown.requested if "evil" in url or url.startswith("javascript")]
    assert foreign == []
    # Nothing of ours requested what the policy forbids. JupyterLab's page has inline scripts.
    ours = [found for found in shown.violations() if "dsw" in found[2] or "blob" in found[2]]
    assert ours == []
    policy = page.evaluate(
        "fetch(location.href).then(r => r.headers.get('content-security-policy'))"
    )
    assert policy == STRICT

    stored = page.evaluate(
        """async () => {
            const names = (await indexedDB.databases()).map(found => found.name);
            const caches_ = await caches.keys();
            const kept = [{...localStorage}, {...sessionStorage}, document.cookie];
            return JSON.stringify([...kept, names, caches_]);
        }"""
    )
    (file,) = (strict_lab.home / "runtime").glob("jupyter-dsw-*.json")
    kernels_token = json.loads(file.read_text())["token"]
    for text in (stored, page.content()):
        assert not canaries.found_in(text)
        assert kernels_token not in text


PACKAGE = Path(jupyter_dsw.__file__).parent
BUILT = [
    *sorted((PACKAGE / "labextension" / "static").glob("*.js")),
    PACKAGE / "notebook" / "static" / "panel.js",
]
FORBIDDEN = re.compile(
    r"\beval\(|\bnew Function\b|\bFunction\(|innerHTML|outerHTML|insertAdjacentHTML|document\.write"
    r"|createContextualFragment|DOMParser|set(?:Timeout|Interval)\(\s*[\"'`]|setAttribute\([\"'`]on"
)
HOST = re.compile(r"(?:https?|wss?):\\?/\\?/([\w.-]+)")
# Tried in browsers without `globalThis` only, and caught where a policy forbids it.
WEBPACKS = 'try{return this||Function("return this")()}catch(e)'
# The namespaces of SVG and XHTML are names; the console is only ever opened by a person's click.
HOSTS = {"www.w3.org", "pai.console.aliyun.com", "pai.console.alibabacloud.com"}
# lit-html parses the markup of a template itself, in which no value ever is.
LITS = re.compile(r'createElement\("template"\);return (\w)\.innerHTML=\w,\1\}')


def test_what_the_browser_runs_evaluates_no_text_and_names_no_other_host() -> None:
    assert len(BUILT) >= 4
    for path in BUILT:
        text = LITS.sub("", path.read_text().replace(WEBPACKS, ""), count=1)
        assert FORBIDDEN.findall(text) == [], path.name
        assert set(HOST.findall(text)) <= HOSTS, path.name
