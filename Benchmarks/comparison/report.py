"""Medians of the rounds: as tables for a person, and as JSON."""

import dataclasses
import json

from .catalogue import MEASUREMENTS, TWO
from .peers import NAMES

OWN, FLOOR = "homing", "floor"


def medians(title, rounds):
    """The headline's figure of each kind."""
    column = MEASUREMENTS[title].headline.column
    return {kind: column.of(runs) for kind, runs in rounds.items()}


def ratios(title, rounds, single=None):
    """kind -> heading -> ratio of its headline: to the best peer's, to the floor's, and to its own with one thread (`single`)."""
    headline, figures = MEASUREMENTS[title].headline, medians(title, rounds)
    peers = [figure for kind, figure in figures.items() if kind not in (OWN, *MEASUREMENTS[title].beside) and figure is not None]
    made = {kind: {} for kind in rounds}
    for kind, figure in figures.items():
        if figure is None:
            continue
        if peers and headline.best(peers):
            made[kind]["× best peer"] = figure / headline.best(peers)
        if figures.get(FLOOR):
            made[kind]["× floor"] = figure / figures[FLOOR]
        if single and kind in single:
            made[kind]["CPU, two/one"] = _ratio("cost", title, rounds[kind], single[kind])
            made[kind]["rate, two/one"] = _ratio("rate", title, rounds[kind], single[kind])
    return made


def _ratio(word, title, runs, others):
    column = next(column for column in MEASUREMENTS[title].columns if column.word == word)
    return column.of(runs) / column.of(others)


def table(title, results):
    """Markdown that can also be read as it is."""
    rounds, columns = results[title], MEASUREMENTS[title].columns
    found = ratios(title, rounds, results.get(title.removesuffix(TWO)) if title.endswith(TWO) else None)
    headings = list(dict.fromkeys(heading for of_kind in found.values() for heading in of_kind))
    rows = [[title, columns[0].heading, *headings, *(column.heading for column in columns[1:])]]
    for kind, runs in rounds.items():
        shown = [f"{found[kind][heading]:.2f}" if heading in found[kind] else "" for heading in headings]
        rows.append([NAMES[kind], columns[0].show(runs), *shown, *(column.show(runs) for column in columns[1:])])
    return _align(rows)


def _align(rows):
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    lines = ["| " + " | ".join(f"{cell:>{width}}" if index else f"{cell:{width}}" for index, (cell, width) in enumerate(zip(row, widths))) + " |"
             for row in rows]
    rule = "|" + "|".join("-" * (width + 1) + ("-" if index == 0 else ":") for index, width in enumerate(widths)) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


def write_json(path, results, machine, scale, notes):
    measurements = {title: _figures(title, results) for title in results}
    made = {"machine": machine, "scale": dataclasses.asdict(scale), "notes": notes, "measurements": measurements}
    path.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n")


def _figures(title, results):
    measurement, rounds = MEASUREMENTS[title], results[title]
    found = ratios(title, rounds, results.get(title.removesuffix(TWO)) if title.endswith(TWO) else None)
    peers = {kind: {"median": {column.word: column.of(runs) for column in measurement.columns}, "ratios": found[kind],
                    "rounds": [{column.word: getattr(run, column.word) for column in measurement.columns} for run in runs]}
             for kind, runs in rounds.items()}
    return {"compared-by": measurement.headline.column.word, "unit": measurement.headline.unit,
            "more-is-better": measurement.headline.more_is_better, "peers": peers}
