"""Runs checks one after the other, and prints a line of JSON for each."""

import json
import sys


def main(checks):
    for name, check in checks.items():
        why = None
        try:
            check()
        except BaseException as error:  # noqa: BLE001
            why = f"{type(error).__name__}: {error}"
        print(json.dumps({"name": name, "why": why}))
        sys.stdout.flush()
