"""`jupyter dsw doctor`: everything that must be right, and what to do about what is not."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from jupyter_dsw.cli.doctor import endpoint, jupyter
from jupyter_dsw.cli.doctor.bug_report import bug_report
from jupyter_dsw.cli.doctor.context import Context, results
from jupyter_dsw.cli.report import Paint, logs_off, show_check
from jupyter_dsw.columns import escaped
from jupyter_dsw.i18n import text, translated

if TYPE_CHECKING:
    import argparse

    from jupyter_dsw.cli.doctor.context import Check

_EPILOG = text("""\
marks:
  ✓  passed
  ✗  failed, with how to fix it
  –  not checked: a check above failed, or --offline
  ·  for your information

Makes each of its three API calls once. Never shows a key, token or password.

exit status:
  0  all checks passed
  1  a check failed

examples:
  jupyter dsw doctor
  jupyter dsw doctor --offline
  jupyter dsw doctor --json | jq '.checks[] | select(.state == "failed")'
  jupyter dsw doctor --report >report.md
""")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.description = text(
        "Checks everything that jupyter-dsw needs: environment, credentials, network, "
        "permissions, and its parts in Jupyter. Prints one line for each check."
    )
    parser.epilog = _EPILOG
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help=text("print the checks as JSON"))
    form.add_argument(
        "--report",
        action="store_true",
        help=text("print a report for a bug report: without names, ids and secrets, in English"),
    )
    parser.add_argument(
        "--offline",
        action="store_true",
        help=text("skip the checks that contact the endpoint or the credential service"),
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit status."""
    context, checks = Context(offline=arguments.offline), []
    # alibabacloud-credentials logs tracebacks to the terminal, whatever they quote.
    with logs_off():
        for check in results((*endpoint.STEPS, *jupyter.STEPS), context):
            checks.append(check)
            if not (arguments.json or arguments.report):
                # At once: the next one may take seconds.
                show_check(check.name, check.found, check.state, check.advice)
        failed = sum(check.state == "failed" for check in checks)
        if arguments.report:
            print(escaped(bug_report(checks, context)))
        elif arguments.json:
            found = {"ok": not failed, "checks": [_as_json(check) for check in checks]}
            print(escaped(json.dumps(found, indent=2, ensure_ascii=False)))
        else:
            print(f"\n{_summary(failed, Paint(sys.stdout))}")
    return 1 if failed else 0


def _as_json(check: Check) -> dict[str, str]:
    """Return `check` with a name that is the same in every language, for scripts."""
    found, advice = translated(check.found), translated(check.advice)
    return {"name": str(check.name), "state": check.state, "found": found, "advice": advice}


def _summary(failed: int, paint: Paint) -> str:
    if not failed:
        return paint(translated(text("All checks passed.")), "green")
    wrong = text("1 check failed.")
    if failed > 1:
        wrong = text("%1 checks failed.", failed)
    return paint(translated(wrong), "red")
