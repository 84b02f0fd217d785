"""Durable updates beside BIND and Knot: each acknowledged after its sync, all three in turn, several rounds in one run."""

import re
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass

from box.dynamic import compile
from box.dynamic.server import DynamicServer
from box.dynamic.zones import Key, Zone
from box.process import BoxError

KEY = Key("update-key")
ZONE = "updates.example."
SECONDS, IN_FLIGHT, NAMES = 8, 200, 1000
PACE = 100           # updates a second where their latency is looked at
MILLION = 1_000_000  # RRsets of the large zone
TITLES = {"bind": "BIND 9.18", "knot": "Knot 3.2", "homing": "Homing"}
MEASUREMENTS = ("updates", "updates-paced", "updates-dnsperf", "million")


@dataclass
class Run:
    """`cpu` in seconds, latencies in microseconds."""
    acknowledged: int
    refused: int
    lost: int
    seconds: float
    cpu: float
    median: float = 0
    p99: float = 0
    slowest: float = 0

    @property
    def rate(self):
        return self.acknowledged / max(0.001, self.seconds)

    @property
    def cost(self):
        """Microseconds of the server's processor time an update."""
        return self.cpu * 1e6 / max(1, self.acknowledged)


@dataclass
class Load:
    """A large zone: seconds until it is served, from its file and again from what was kept; resident MiB; and updates to it."""
    first: float
    again: float
    resident: float
    paced: Run


class Updates:
    def __init__(self, state, binary, kinds, rounds):
        self.state, self.binary, self.rounds = state, binary, rounds
        self.kinds, self._runs = kinds, 0
        self.sender = compile.program(state, "sender", "-lcrypto")

    def measure(self, title):
        if title == "million":
            return {kind: [self._million(kind)] for kind in self.kinds}
        made = {kind: [] for kind in self.kinds}
        for turn in range(self.rounds):
            for kind in self.kinds:  # in turn, so that what else the machine does meets all alike
                run = self._small(kind, title)
                made[kind].append(run)
                print(f"  {title}, round {turn + 1}: {TITLES[kind]} {run.rate:.0f} a second, {run.cost:.0f} µs, median {run.median / 1000:.2f} ms",
                      file=sys.stderr, flush=True)
        return made

    def _server(self, kind, records=""):
        self._runs += 1
        zones = [Zone(ZONE, records, grants=(f"grant {KEY.name} zonesub ANY",), transfer=(KEY,))]
        return DynamicServer(kind, self.state / f"updates-{self._runs}-{kind}", zones, [KEY], binary=self.binary if kind == "homing" else None)

    def _small(self, kind, title):
        server = self._server(kind).start()
        try:
            if title == "updates-dnsperf":
                return self._dnsperf(server)
            return self._send(server, SECONDS, IN_FLIGHT, 0) if title == "updates" else self._send(server, SECONDS, IN_FLIGHT, PACE)
        finally:
            server.stop()
            shutil.rmtree(server.state)

    def _send(self, server, seconds, in_flight, rate, names=NAMES):
        command = [self.sender, server.port, KEY.name, KEY.secret.hex(), ZONE, names, seconds, in_flight, rate]
        before = server.cpu()
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True)
        cpu = server.cpu() - before
        _, acknowledged, refused, lost, took, median, _, p99, slowest = map(float, done.stdout.split())
        return Run(int(acknowledged), int(refused), int(lost), took, cpu, median, p99, slowest)

    def _dnsperf(self, server):
        path = self.state / "dnsperf.updates"
        if not path.exists():
            path.write_text("".join(f"{ZONE}\ndelete host{index % NAMES} A\nadd host{index % NAMES} 300 A 10.0.{index >> 8 & 255}.{index & 255}\nsend\n"
                                    for index in range(20 * NAMES)))
        command = ["dnsperf", "-u", "-s", "127.0.0.1", "-p", str(server.port), "-d", str(path), "-y", KEY.words, "-q", str(IN_FLIGHT), "-c", "16",
                   "-l", str(SECONDS), "-W"]
        before = server.cpu()
        done = subprocess.run(command, capture_output=True, text=True)
        cpu = server.cpu() - before
        number = lambda pattern: float((re.search(pattern, done.stdout) or [0, 0])[1])
        answered = number(r"NOERROR (\d+)")
        if not answered:
            raise BoxError("dnsperf said something unexpected:\n" + done.stdout + done.stderr)
        return Run(int(answered), int(number(r"completed: +(\d+)") - answered), int(number(r"lost: +(\d+)")), number(r"Run time \(s\): +([\d.]+)"), cpu,
                   median=number(r"Average Latency \(s\): +([\d.]+)") * 1e6)  # dnsperf knows no median

    def _million(self, kind):
        records = "".join(f"host{index} 300 IN A 10.{index >> 16}.{index >> 8 & 255}.{index & 255}\n" for index in range(MILLION))
        server = self._server(kind, records)
        try:
            first = _start(server)
            resident = server.resident() / (1 << 20)
            paced = self._send(server, SECONDS, IN_FLIGHT, PACE, MILLION)
            server.stop(60)
            again = _start(server)
            load = Load(first, again, resident, paced)
            print(f"  million: {TITLES[kind]} {first:.1f} s, again {again:.1f} s, {resident:.0f} MiB", file=sys.stderr, flush=True)
            return load
        finally:
            server.stop(60)
            shutil.rmtree(server.state)


def _start(server):
    begun = time.monotonic()
    server.start(patience=300)
    return time.monotonic() - begun


def table(title, results):
    """What was measured, for people; ratios are of Homing's median rate to the others'."""
    if title == "million":
        lines = ["| a million RRsets | from its file | started again | memory | µs CPU/update | median at 100/s |", "|---|---|---|---|---|---|"]
        for kind, (load,) in results.items():
            lines.append(f"| {TITLES[kind]} | {load.first:.1f} s | {load.again:.1f} s | {load.resident:.0f} MiB | {load.paced.cost:.0f} | {load.paced.median / 1000:.2f} ms |")
        return "\n".join(lines)
    median = lambda runs, word: statistics.median(getattr(run, word) for run in runs)
    shown = lambda microseconds: f"{microseconds / 1000:.2f} ms" if microseconds else "–"
    own = median(results["homing"], "rate") if "homing" in results else None
    lines = [f"| {title} | a second | µs CPU/update | median | p99 | slowest | refused, lost | Homing's rate to it |", "|---|---|---|---|---|---|---|---|"]
    for kind, runs in results.items():
        ratio = f"{own / median(runs, 'rate'):.2f}" if own else "–"
        lines.append(f"| {TITLES[kind]} | {median(runs, 'rate'):.0f} | {median(runs, 'cost'):.0f} | {shown(median(runs, 'median'))} | {shown(median(runs, 'p99'))} "
                     f"| {shown(max(run.slowest for run in runs))} | {sum(run.refused for run in runs)}, {sum(run.lost for run in runs)} | {ratio} |")
    return "\n".join(lines)
