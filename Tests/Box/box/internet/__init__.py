"""The small internet itself: `build()` gives all its daemons, hosts, zones and questions, the same every time."""

from . import aliases, attacks, delegations, deep, hot, infrastructure, names, oddities, ordinary, records
from .builder import Internet


def build():
    net = Internet()
    for part in (infrastructure, ordinary, delegations, deep, aliases, records, names, oddities, hot, attacks):
        part.build(net)
    net.finish()
    return net
