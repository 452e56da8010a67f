"""The person of this process: messages in their language, what they may mean, their time zone."""

from __future__ import annotations

import difflib
import os
import re
import time
from datetime import timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_core.paths import jupyter_config_dir

from jupyter_dsw import i18n
from jupyter_dsw.files import read_plain_file
from jupyter_dsw.i18n import joined, text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from jupyter_dsw.i18n import Language, Text

LONGEST_SETTINGS = 64 * 1024
_SETTINGS = Path("@jupyterlab", "translation-extension", "plugin.jupyterlab-settings")
# The file is JSON with comments, and may be JSON5. Only the one value is looked for.
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_LOCALE = re.compile(r"""(["']?)\blocale\1\s*:\s*(["'])([\w-]+)\2""")


def language() -> Language:
    """Return the language chosen in JupyterLab if it is known, else the environment's.

    It is looked up each time, so a choice takes effect with the next message.
    """
    return i18n.of_tags([_chosen_in_jupyterlab()]) or i18n.of_environment(os.environ)


def translated(message: str) -> str:
    """Return `message` in the person's language."""
    return i18n.translated(message, language())


def with_suggestion(message: Text, word: str, known: Sequence[str]) -> Text:
    """Return `message`, and the one of `known` that is nearest to `word` where one is near."""
    near = difflib.get_close_matches(word.lower(), known, n=1)
    return joined(" ", (message, text("Did you mean %1?", repr(near[0])))) if near else message


def time_zone(region: str | None) -> tzinfo | None:
    """Return the person's time zone; None is the one that this process is set to.

    A container is at UTC unless somebody sets it. In the `region`s of China (`cn-…`) people have
    UTC+8 then; `TZ=UTC` means UTC all the same.
    """
    is_set = bool(os.environ.get("TZ")) or time.timezone != 0 or time.daylight != 0
    if not is_set and region is not None and region.startswith("cn-"):
        return timezone(timedelta(hours=8))
    return None


def _chosen_in_jupyterlab() -> str:
    try:
        content, _ = read_plain_file(_settings_folder() / _SETTINGS, LONGEST_SETTINGS)
        settings = content.decode()
    except (OSError, ValueError, RuntimeError):  # no such file, or no home folder to look in
        return ""
    found = _LOCALE.search(_COMMENT.sub("", settings))
    return found[3] if found else ""


def _settings_folder() -> Path:
    return Path(
        os.environ.get("JUPYTERLAB_SETTINGS_DIR") or f"{jupyter_config_dir()}/lab/user-settings"
    )
