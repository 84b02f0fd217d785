"""Questions that are answered from the cache, and questions that are not."""

import contextlib

from . import load
from .measurement import Measurement
from .peers import KINDS


class Cached(Measurement):
    """The same names again and again, all of them in the cache."""
    columns, headline = load.COLUMNS, load.HEADLINE

    def __init__(self, way, threads=1):
        self._way, self._threads = way, threads

    def takes_part(self, kind):
        return self._way in KINDS[kind].WAYS and (self._threads == 1 or KINDS[kind].TWO)

    def measure(self, stage, kind, turn):
        scale = stage.scale
        with filled(stage, kind, turn, self._way, self._threads) as (peer, questions):
            made = load.run(peer, questions, self._way, "-l", scale.seconds, *load.CACHED)
            return made.take_latencies(load.run_with_latencies(peer, questions, self._way, "-l", scale.watched_seconds, *load.CACHED))


@contextlib.contextmanager
def filled(stage, kind, turn, way="udp", threads=1):
    """A peer, and the questions whose answers are in its cache. A thread may have a cache of its own, and so may a way to come in (dnsdist)."""
    questions = load.write_questions(stage.box.net, stage.directory / "questions", turn, stage.scale.cached_names)
    with stage.peer(kind, threads=threads) as peer:
        for each in dict.fromkeys(("udp", way)):
            load.run(peer, questions, each, "-n", 1 if threads == 1 else 4, *load.CACHED)
        yield peer, questions


class Cold(Measurement):
    """Different names, each once, of an empty cache; and all of them again of a server that was started anew."""
    columns, headline = load.COLUMNS, load.HEADLINE

    def __init__(self, signed, threads=1):
        self.signed, self._threads = signed, threads

    def takes_part(self, kind):
        return KINDS[kind].RESOLVES and (self._threads == 1 or KINDS[kind].TWO)

    def measure(self, stage, kind, turn):
        questions = load.write_questions(stage.box.net, stage.directory / "questions", turn)
        return load.together([self._ask_all(stage, kind, questions) for _ in range(stage.scale.passes)])

    def _ask_all(self, stage, kind, questions):
        with stage.peer(kind, threads=self._threads) as peer:
            # Beside what a miss costs it does not matter that dnsperf prints its answers.
            return load.run_with_latencies(peer, questions, "udp", "-n", 1)
