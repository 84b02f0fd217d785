"""Somebody else who only wants to be served: asks a cached name and a new one by turns, one after the other, and says how it went.

Run as a program, so that the attacker's work does not slow it: `python3 -m box.attacks.bystander port cached-name new-names-suffix`.
"""

import itertools
import subprocess
import sys
import time
from dataclasses import dataclass

from . import client

SOURCE, PAUSE, PATIENCE = "127.0.0.9", 0.02, 2


@dataclass
class Round:
    begun: float
    seconds: float
    said: str


class Bystander:
    def __init__(self, port, cached, suffix, log):
        self._log = log
        with open(log, "w") as output:
            self._process = subprocess.Popen([sys.executable, "-m", "box.attacks.bystander", str(port), cached, suffix], stdout=output)

    def rounds(self, begin, patience=5):
        """What was asked since `begin`, up to the first round that was begun now or later."""
        now = time.monotonic()
        deadline = now + patience
        while True:
            lines = [line.split("\t") for line in self._log.read_text().split("\n")[:-1]]
            rounds = [Round(float(begun), float(seconds), said) for begun, seconds, said in lines]
            if rounds and rounds[-1].begun >= now or time.monotonic() > deadline:
                return [each for each in rounds if each.begun + each.seconds >= begin]
            time.sleep(0.02)

    def stop(self):
        self._process.terminate()
        self._process.wait()


def main(port, cached, suffix):
    for turn in itertools.count():
        begun = time.monotonic()
        qname = cached if turn % 2 else f"bystander-{int(begun * 1000)}.{suffix}"
        reply = client.ask(int(port), qname, source=SOURCE, patience=PATIENCE)
        print(begun, time.monotonic() - begun, reply.rcode if reply else "silence", sep="\t", flush=True)
        time.sleep(PAUSE)


if __name__ == "__main__":
    main(*sys.argv[1:])
