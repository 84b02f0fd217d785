"""Trust anchors: what the resolver is given, since nobody has the root's real keys."""

import base64

from .. import name
from ..resolvers import Validation


def write(net, directory):
    """A file for each anchored zone: the root's has a DS, that of the others a DNSKEY over two lines, without class and TTL."""
    paths = {}
    for apex in sorted(net.anchors, key=len):
        zone = net.zones[apex]
        key = next(key for plan, key in zip(zone.signing.keys, zone.keys) if plan.role != "zsk" and plan.signs and plan.published)
        path = directory / f"anchor-{len(paths)}"
        ds = key.ds()
        if apex:
            text = f"; an island\n{name.show(apex)} DNSKEY {key.flags} {key.protocol} {key.algorithm} (\n    {base64.b64encode(key.public).decode()} )\n"
        else:
            text = f". 3600 IN DS {key.tag()} {key.algorithm} {ds[3]} {ds[4:].hex()}\n"
        path.write_text(text)
        paths[path] = zone.apex, ds
    return Validation(paths, sorted(map(name.show, net.negative_anchors)),
                      {name.show(apex): addresses for apex, addresses in net.stubs.items()})
