"""Knot DNS."""

from .. import name

SERVER = """server:
    rundir: "{directory}"
    user: "root"
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
    udp-max-payload: 1232
    listen: [ {listen} ]
database:
    storage: "{directory}"
log:
  - target: stderr
    any: notice
template:
  - id: default
    storage: "{directory}"
    zonefile-sync: -1
    journal-content: none
    semantic-checks: off
zone:
"""


def configuration(directory, addresses, zones):
    listen = ", ".join(f'"{address}@53"' for address in addresses)
    rows = [f'  - domain: "{name.show(zone.apex)}"\n    file: "{path}"\n' for zone, path in zones]
    return SERVER.format(directory=directory, listen=listen) + "".join(rows)


def command(config):
    return ["knotd", "-c", str(config)]
