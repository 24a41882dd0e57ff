"""Counts checks and prints one line for each that did not pass."""

import contextlib
import traceback


class Skip(Exception):
    """Ends a check that cannot be made, with the reason."""


class Report:
    def __init__(self):
        self.passed = 0
        self.failed = 0
        self.skipped = 0

    @contextlib.contextmanager
    def check(self, title):
        try:
            yield
        except Skip as reason:
            self.skipped += 1
            print(f"skipped  {title}: {reason}", flush=True)
        except Exception as error:  # one check's failure is not the end of the others
            self.failed += 1
            print(f"FAILED   {title}: {type(error).__name__}: {error}", flush=True)
            print(_where(error), flush=True)
        else:
            self.passed += 1


def _where(error):
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"         at {frame.filename}:{frame.lineno}: {frame.line}"
