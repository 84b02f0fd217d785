"""How each resolver is started to be measured: one thread, its own defaults but for what the box needs, nothing logged."""

from box.resolvers import Resolver

NAMES = {"homing": "Homing", "unbound": "Unbound", "bind": "BIND"}
CACHE = 512  # MiB
# What makes it use one thread; the box's configuration of Unbound does already.
ARGUMENTS = {"bind": ("-n", "1")}
SETTINGS = {"homing": {"workers": 1}}


def start(kind, binary, directory, validation, wrapper=()):
    return Resolver(kind, binary, directory, cache_mib=CACHE, validation=validation, arguments=ARGUMENTS.get(kind, ()),
                    wrapper=wrapper, **SETTINGS.get(kind, {}))
