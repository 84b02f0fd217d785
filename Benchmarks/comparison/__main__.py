"""The command line: builds the internet, measures each resolver in turn, round by round, and prints what it saw."""

import argparse
import pathlib
import signal
import subprocess
import sys
import time

from box import network
from box.box import Box
from box.process import BoxError

from . import certificate, internet, measure, report, resolvers, updates

SECONDS = 5  # of a measurement from the cache
MEASUREMENTS = {  # title -> whether the internet is signed, whether everything is cached, how clients come in
    "cold-unsigned": (False, False, "udp"), "cold-signed": (True, False, "udp"), "cached-udp": (False, True, "udp"),
    "cached-tcp": (False, True, "tcp"), "cached-dot": (False, True, "dot"), "cached-doh-get": (False, True, "doh-get"),
    "cached-doh-post": (False, True, "doh-post"),
}
CACHED_NAMES = 10_000


def arguments():
    parser = argparse.ArgumentParser(prog="Benchmarks/compare", description=__doc__)
    parser.add_argument("--only", default=",".join([*MEASUREMENTS, *updates.MEASUREMENTS]), help="comma-separated, of: %(default)s (all of them)")
    parser.add_argument("--resolvers", default="unbound,bind", help="whom Homing is compared with (default: %(default)s)")
    parser.add_argument("--servers", default="bind,knot,homing", help="whose updates are measured (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="each resolver is measured so many times (default: %(default)s)")
    parser.add_argument("--zones", type=int, default=3000, help="in the internet of the cold measurements (default: %(default)s)")
    parser.add_argument("--json", type=pathlib.Path, help="a file for all figures")
    parser.add_argument("--wrap", help="a command that Homing is run under, such as 'perf record -g -o /tmp/data'")
    parser.add_argument("--state", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--binary", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    chosen.only, chosen.resolvers = chosen.only.split(","), [word for word in chosen.resolvers.split(",") if word]
    chosen.servers = chosen.servers.split(",")
    for words, known in ((chosen.only, (*MEASUREMENTS, *updates.MEASUREMENTS)), (chosen.resolvers, resolvers.NAMES), (chosen.servers, updates.TITLES)):
        unknown = [word for word in words if word not in known]
        if unknown:
            parser.error(f"no such thing: {', '.join(unknown)}; there are {', '.join(known)}")
    return chosen


class Comparison:
    def __init__(self, chosen):
        self.chosen, self.results, self._runs = chosen, {}, 0
        self.binaries = {"homing": chosen.binary, **dict.fromkeys(chosen.resolvers)}

    def measure(self, titles, signed):
        """All that is measured in one internet."""
        directory = self.chosen.state / ("signed" if signed else "unsigned")
        directory.mkdir()
        begun = time.monotonic()
        box = Box(directory, "homing", self.chosen.binary, "validate" if signed else "off",
                  net=internet.build(self.chosen.zones, signed))
        try:
            box.start_servers()
            self.certificate = certificate.make(directory)
            print(f"{len(box.net.zones)} {'signed' if signed else 'unsigned'} zones and {len(box.net.questions)} questions, "
                  f"up in {time.monotonic() - begun:.0f} s", flush=True)
            for title in titles:
                self.results[title] = self._rounds(box, title)
                print("\n" + report.table(title, self.results[title]) + "\n", flush=True)
        finally:
            box.stop()

    def _rounds(self, box, title):
        made = {kind: [] for kind in self.binaries}
        for turn in range(self.chosen.rounds):
            for kind in self.binaries:
                one = self._measure(box, kind, title, turn)
                made[kind].append(one)
                print(f"  {title}, round {turn + 1}: {resolvers.NAMES[kind]} {one.cost:.1f} µs", file=sys.stderr, flush=True)
        return made

    def _measure(self, box, kind, title, turn):
        signed, cached, way = MEASUREMENTS[title]
        self._runs += 1
        questions = measure.write_questions(box.net, box.directory / "questions", turn, CACHED_NAMES if cached else None)
        wrapper = self.chosen.wrap.split() if self.chosen.wrap and kind == "homing" else []
        resolver = resolvers.Resolver(kind, self.binaries[kind], box.directory / f"resolver-{self._runs}-{kind}",
                                      box.validation.anchors if signed else {}, self.certificate, wrapper)
        try:
            if not cached:
                return measure.run(resolver, questions, way, "-n", 1)
            measure.run(resolver, questions, "udp", "-n", 1)  # so that everything is cached
            return measure.run(resolver, questions, way, "-l", SECONDS)
        finally:
            resolver.program.stop()


def main():
    chosen = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    network.assert_private()
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
    comparison = Comparison(chosen)
    try:
        for signed in (False, True):
            titles = [title for title in chosen.only if title in MEASUREMENTS and MEASUREMENTS[title][0] is signed]
            if titles:
                comparison.measure(titles, signed)
        network.raise_loopback([])
        writing = updates.Updates(chosen.state, chosen.binary, chosen.servers, chosen.rounds)
        for title in chosen.only:
            if title in updates.MEASUREMENTS:
                comparison.results[title] = writing.measure(title)
                print("\n" + updates.table(title, comparison.results[title]) + "\n", flush=True)
    except BoxError as error:
        print(f"compare: {error}", file=sys.stderr)
        return 2
    if chosen.json:
        report.write_json(chosen.json, comparison.results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
