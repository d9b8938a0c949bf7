"""Sending a plan from a process of its own, and what its tally says."""

import json
import subprocess
import sys
from dataclasses import asdict
from statistics import quantiles
from typing import Any

from bench.phones import Plan, Tally
from bench.stage import ROOT


def sent(plan: Plan) -> Tally:
    """Send the plan's requests and wait for the last answer."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.phones"],
        cwd=ROOT,
        input=json.dumps(asdict(plan)),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ChildProcessError(done.stderr[-2000:])
    tally = Tally(**json.loads(done.stdout))
    tally.statuses = {int(status): count for status, count in tally.statuses.items()}
    return tally


def figures(tally: Tally) -> dict[str, Any]:
    """Requests a second and the latency of the middle and of the slowest twentieth."""
    cuts = quantiles(tally.milliseconds, n=100, method="inclusive")
    return {
        "value": round(len(tally.milliseconds) / tally.seconds, 1),
        "unit": "requests/s",
        "p50_ms": round(cuts[49], 1),
        "p95_ms": round(cuts[94], 1),
    }
