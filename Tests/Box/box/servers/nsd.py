"""NSD."""

from .. import name

SERVER = """server:
    username: ""
    chroot: ""
    database: ""
    zonesdir: "{directory}"
    zonelistfile: "{directory}/zone.list"
    xfrdfile: ""
    xfrdir: "{directory}"
    pidfile: "{directory}/pid"
    server-count: 1
    tcp-count: 200
    ipv4-edns-size: 1232
    ipv6-edns-size: 1232
    rrl-ratelimit: 0
    rrl-whitelist-ratelimit: 0
    verbosity: 1
{listen}
remote-control:
    control-enable: no
"""


def configuration(directory, addresses, zones):
    listen = "\n".join(f"    ip-address: {address}" for address in addresses)
    parts = [SERVER.format(directory=directory, listen=listen)]
    for zone, path in zones:
        parts.append(f'zone:\n    name: "{name.show(zone.apex)}"\n    zonefile: "{path}"\n')
    return "".join(parts)


def command(config):
    return ["nsd", "-d", "-c", str(config)]
