"""Changes as events of the server's own event logger (`jupyter_events`)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from jsonschema import ValidationError

if TYPE_CHECKING:
    from jupyter_events import EventLogger

    from jupyter_dsw.server.changes import Change

SCHEMAS = Path(__file__).parent / "event_schemas"


def register_schemas(event_logger: EventLogger) -> None:
    """Make the schemas of all changes known to the server's event logger."""
    for path in sorted(SCHEMAS.glob("*.json")):
        schema = json.loads(path.read_text(encoding="utf-8"))
        try:
            event_logger.register_event_schema(schema)
        except ValidationError:
            # jupyter-events before 0.11 wants a number there, later ones a string.
            event_logger.register_event_schema({**schema, "version": int(schema["version"])})


def emit(event_logger: EventLogger, change: Change) -> None:
    """Emit the event of `change`; on the event loop, where its listeners run."""
    import msgspec

    event_logger.emit(schema_id=change.schema_id, data=msgspec.to_builtins(change))
