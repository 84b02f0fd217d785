"""The command line: builds the internet, measures each peer in turn, round by round, and prints what it saw."""

import argparse
import dataclasses
import pathlib
import signal
import subprocess
import sys
import time

from box import network
from box.dynamic import compile
from box.process import BoxError

from . import chart, machine, report, updates
from .catalogue import MEASUREMENTS, groups
from .notes import NOTES
from .peers import KINDS, NAMES
from .scale import QUICK, Scale
from .stage import SOURCES, Stage


def arguments():
    parser = argparse.ArgumentParser(prog="Benchmarks/compare", description=__doc__)
    peers = [kind for kind in KINDS if kind != "homing"]
    parser.add_argument("--only", default=",".join(MEASUREMENTS), help="comma-separated, of: %(default)s (all of them)")
    parser.add_argument("--peers", default=",".join(peers), help="whom Homing is compared with, in what they can do (default: %(default)s)")
    parser.add_argument("--rounds", type=int, help=f"each is measured so many times (default: {Scale.rounds})")
    parser.add_argument("--zones", type=int, help=f"in the internet of the cold measurements (default: {Scale.zones})")
    parser.add_argument("--quick", action="store_true", help="one round of everything, small: does it work?")
    parser.add_argument("--json", type=pathlib.Path, help="a file for all figures, and what they were measured on")
    parser.add_argument("--svg", type=pathlib.Path, help="a file for a chart of the medians")
    parser.add_argument("--wrap", help="a command that Homing is run under, such as 'perf record -g -o /tmp/data'")
    parser.add_argument("--state", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--binary", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    chosen.only, chosen.peers = chosen.only.split(","), [word for word in chosen.peers.split(",") if word]
    for words, known in ((chosen.only, MEASUREMENTS), (chosen.peers, peers)):
        unknown = [word for word in words if word not in known]
        if unknown:
            parser.error(f"no such thing: {', '.join(unknown)}; there are {', '.join(known)}")
    chosen.scale = dataclasses.replace(QUICK if chosen.quick else Scale(),
                                       **{word: value for word in ("rounds", "zones") if (value := getattr(chosen, word)) is not None})
    return chosen


class Comparison:
    def __init__(self, chosen):
        self._chosen, self._begun = chosen, time.monotonic()
        self._kinds = ["homing", *(kind for kind in KINDS if kind in chosen.peers)]
        self._binaries = {"homing": chosen.binary, "floor": compile.program(chosen.state, "floor", "-lpthread", sources=SOURCES)}
        self.machine = machine.describe(self._kinds, chosen.binary)
        self.results, self.failures = {}, []  # title -> kind -> runs; what could not be measured

    def run(self):
        wanted = groups(self._chosen.only)
        for signed, stage in ((False, self._internet), (True, self._internet), (None, self._dynamic)):
            titles = [group for group in wanted if MEASUREMENTS[group[0]].signed is signed]
            if titles:
                with stage(signed) as standing:
                    for group in titles:
                        self._measure(standing, group)

    def _internet(self, signed):
        wrapper = self._chosen.wrap.split() if self._chosen.wrap else []
        return Stage(self._chosen.state / ("signed" if signed else "unsigned"), signed, self._chosen.scale, self._binaries, wrapper)

    def _dynamic(self, _):
        network.raise_loopback([])
        return updates.Stage(self._chosen.state / "dynamic", self._chosen.scale, self._chosen.binary)

    def _measure(self, stage, group):
        """These titles in turn, and for each all who take part, round by round: what else the machine does meets all alike."""
        rounds = MEASUREMENTS[group[0]].rounds or self._chosen.scale.rounds
        for title in group:
            self.results[title] = {kind: [] for kind in self._kinds if MEASUREMENTS[title].takes_part(kind)}
        for turn in range(rounds):
            for title in group:
                for kind, runs in self.results[title].items():
                    runs += self._measure_once(stage, title, kind, turn, f"{turn + 1} of {rounds}")
        for title in group:
            self.results[title] = {kind: runs for kind, runs in self.results[title].items() if runs}
            print("\n" + report.table(title, self.results), flush=True)
        self._write()

    def _measure_once(self, stage, title, kind, turn, place):
        """One run, or none: who fails does not end what takes an hour for all others."""
        try:
            run = MEASUREMENTS[title].measure(stage, kind, turn)
            self._tell(title, kind, run, place)
            return [run]
        except (BoxError, OSError, subprocess.CalledProcessError) as error:
            self.failures.append(f"{title}, {NAMES[kind]}: {error}")
            print(f"compare: {self.failures[-1]}", file=sys.stderr, flush=True)
            return []

    def _tell(self, title, kind, run, place):
        """A line of progress."""
        headline, minutes = MEASUREMENTS[title].headline, (time.monotonic() - self._begun) / 60
        print(f"{minutes:5.1f} min  {title}, round {place}: {NAMES[kind]} {headline.column.show([run])} {headline.unit}", file=sys.stderr, flush=True)

    def _write(self):
        """After each group, so that what was measured is not lost with what goes wrong later."""
        if self._chosen.json:
            report.write_json(self._chosen.json, self.results, self.machine, self._chosen.scale, NOTES)
        if self._chosen.svg:
            self._chosen.svg.write_text(chart.draw(self.results, self.machine))


def main():
    chosen = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    network.assert_private()
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
    try:
        comparison = Comparison(chosen)
        print(machine.show(comparison.machine), flush=True)
        comparison.run()
    except BoxError as error:
        print(f"compare: {error}", file=sys.stderr)
        return 2
    print("\nWhat the numbers are, and are not:\n" + "\n".join(f"- {note}" for note in NOTES))
    if comparison.failures:
        print(f"compare: {len(comparison.failures)} could not be measured:\n" + "\n".join(comparison.failures), file=sys.stderr)
    return 1 if comparison.failures else 0


if __name__ == "__main__":
    sys.exit(main())
