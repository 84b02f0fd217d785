"""How much is asked and for how long: all of it, or enough to see that everything works."""

from dataclasses import dataclass


@dataclass
class Scale:
    rounds: int = 5
    zones: int = 3000           # of the internet; each is asked for eight names
    cached_names: int = 10_000
    seconds: float = 5          # of a measurement from the cache
    watched_seconds: float = 2  # in which each answer's latency is noted
    paced_seconds: float = 4    # at a fixed rate
    passes: int = 3             # with an empty cache in each round, as one takes but a second
    remembered: int = 500_000   # names whose memory is measured
    starts: int = 3             # in each round
    update_seconds: float = 8
    million: int = 1_000_000    # RRsets of the large zone


QUICK = Scale(rounds=1, zones=300, cached_names=1000, seconds=0.5, watched_seconds=0.3, paced_seconds=0.5, passes=1, remembered=20_000, starts=1, update_seconds=0.5,
              million=20_000)
