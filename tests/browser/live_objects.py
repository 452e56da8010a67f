"""What is alive in a page: objects on its heap, counted by the browser after a collection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page


class Heap:
    """The heap of a page, by the DevTools protocol."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)
        self._session.send("HeapProfiler.enable")

    def count(self, prototype: str, only: str = "() => true") -> int:
        """How many objects are alive with a prototype, an expression, for which `only` is true."""
        # The console keeps what was written to it, and the inspector the objects that it gave out.
        self._session.send("Runtime.discardConsoleEntries")
        self._session.send("HeapProfiler.collectGarbage")
        of = self._call("Runtime.evaluate", expression=prototype)["result"]["objectId"]
        found = self._session.send("Runtime.queryObjects", {"prototypeObjectId": of})["objects"]
        counted = self._call(
            "Runtime.callFunctionOn",
            objectId=found["objectId"],
            # Prototypes are among them, whose getters throw.
            functionDeclaration=f"""function () {{
                const only = {only};
                const is = one => {{ try {{ return only(one); }} catch {{ return false; }} }};
                return this.filter(is).length;
            }}""",
            returnByValue=True,
        )
        for object_id in (of, found["objectId"]):
            self._session.send("Runtime.releaseObject", {"objectId": object_id})
        number: int = counted["result"]["value"]
        return number

    def panels(self) -> int:
        """How many panels are alive, in the page or not."""
        return self.count("HTMLElement.prototype", "({ localName }) => localName === 'dsw-panel'")

    def _call(self, method: str, **parameters: Any) -> Any:
        result = self._session.send(method, parameters)
        assert "exceptionDetails" not in result, result
        return result
