"""The small internet itself: `build()` gives all its daemons, hosts, zones and questions, the same every time.

What depends on keys, which are new every time, is added by `dnssec.sign`; after that `Internet.expect` works out the answers.
"""

from . import (algorithms, aliases, attacks, broken, crossings, deep, delegations, dynamic, hot, infrastructure, islands, names, oddities,
               ordinary, records, signed)
from .builder import Internet


def build():
    net = Internet()
    for part in (infrastructure, ordinary, delegations, deep, aliases, records, names, oddities, hot, attacks, signed):
        part.build(net)
    net.begin_dnssec()
    for part in (algorithms, broken, islands, crossings):
        part.build(net)
    attacks.build_signed(net)
    # Last: the servers of those above take turns, and not every server can read what every tool signs.
    dynamic.build(net)
    net.finish()
    return net
