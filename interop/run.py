"""Runs every check against a started server. Prints what did not pass; the last line counts."""

import argparse
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
GOLDENS = HERE.parent / "fixtures" / "onnx" / "goldens"
QUICKSTART = HERE.parent / "examples" / "quickstart" / "README.md"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--grpc", required=True, help="host:port")
    parser.add_argument("--rest", required=True, help="http://host:port")
    parser.add_argument("--strict", action="store_true", help="the server runs in strict mode")
    options = parser.parse_args()

    from grpc_checks import run_grpc_checks
    from reload_checks import run_reload_checks
    from report import Report
    from rest_checks import run_rest_checks

    report = Report()
    run_grpc_checks(report, options.grpc, GOLDENS, options.strict)
    run_rest_checks(report, options.rest, GOLDENS, options.strict)
    with report.check("the quickstart's Python snippet"):
        check_snippet(options.grpc)
    # Last: it replaces the models.
    run_reload_checks(report, options.grpc, GOLDENS.parent)
    print(f"{report.passed} passed, {report.failed} failed, {report.skipped} skipped")
    return 0 if report.failed == 0 else 1


def check_snippet(address):
    (snippet,) = re.findall(r"```python\n(.*?)```", QUICKSTART.read_text(), re.DOTALL)
    program = snippet.replace("localhost:8500", address)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[8]", done.stdout


if __name__ == "__main__":
    sys.exit(main())
