"""Medians of the rounds, as a table for a person and as JSON."""

import dataclasses
import json
import statistics

from .measure import Measurement
from .resolvers import NAMES


def table(title, rounds):
    """`rounds`: kind -> measurements."""
    costs = {kind: statistics.median(one.cost for one in made) for kind, made in rounds.items()}
    others = [cost for kind, cost in costs.items() if kind != "homing"]
    lines = [f"{title}", f"  {'':16} {'µs CPU/query':>12} {'ratio':>6} {'queries/s':>10} {'mean ms':>8} {'lost':>6} {'failed':>6}"]
    for kind, made in rounds.items():
        ratio = f"{costs[kind] / min(others):.2f}" if others else ""
        lines.append(f"  {NAMES[kind]:16} {costs[kind]:12.1f} {ratio:>6} {statistics.median(one.rate for one in made):10.0f} "
                     f"{statistics.median(one.latency for one in made):8.2f} {sum(one.lost for one in made):6} "
                     f"{sum(one.failed for one in made):6}")
    return "\n".join(lines)


def write_json(path, results):
    made = {title: {kind: [_figures(one) for one in measurements] for kind, measurements in rounds.items()} for title, rounds in results.items()}
    path.write_text(json.dumps(made, indent=1) + "\n")


def _figures(one):
    if not isinstance(one, Measurement):
        return dataclasses.asdict(one)  # of updates
    return {"cpu-microseconds": one.cost, "queries": one.queries, "lost": one.lost, "failed": one.failed,
            "queries-per-second": one.rate, "mean-milliseconds": one.latency}
