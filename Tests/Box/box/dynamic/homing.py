"""Homing with dynamic zones."""

from ..resolvers import homing_settings

PROGRAM = "homing"

SERVER = """listen:
  addresses: ["127.0.0.1:{port}"]
  tls: ["127.0.0.1:{tls}"]
process:
  state-directory: {state}
  workers: {workers}
{validation}"""


def prepare(server):
    """Writes the configuration; returns the command."""
    parts = [SERVER.format(port=server.port, tls=server.tls_port, state=server.state / "homing", workers=server.workers,
                           validation=homing_settings(server.validation)["validation"])]
    if server.keys:
        parts.append("keys:\n")
        parts += [f"  - {{name: {key.name}, algorithm: {key.algorithm}, secret: \"{key.base64}\"}}\n" for key in server.keys]
    if server.zones:
        parts.append("zones:\n")
        parts += [_zone(server, zone) for zone in server.zones]
    config = server.directory / "config"
    config.write_text("".join(parts) + server.extra)
    return [server.binary, "serve", "--config", config]


def _zone(server, zone):
    lines = [f"  - name: {zone.title}"]
    if zone.primaries:
        peers = ", ".join(_peer(peer) for peer in zone.primaries)
        lines += [f"    primaries: [{peers}]", *(["    forward-updates: yes"] if not zone.catalog else [])]
    elif not zone.catalog:  # a catalog follows from the zones
        lines.append(f"    file: {server.zone_file(zone)}")
    if zone.grants:
        lines += ["    update-policy:", *(f'      - "{_rule(rule)}"' for rule in zone.grants)]
    if zone.transfer:
        lines.append("    transfer: {keys: [" + ", ".join(key.name for key in zone.transfer) + "]}")
    if zone.notify:
        lines.append("    notify: [" + ", ".join(map(_peer, zone.notify)) + "]")
    if zone.catalog:
        lines.append(f"    catalog: {zone.catalog}")
    lines += [f"    {line}" for line in zone.settings.get("homing", ())]
    return "\n".join(lines) + "\n"


def _rule(rule):
    """Here `*` is any key, and who has none is `@*`. BIND's tcp-self is held against an address, by either."""
    return rule.replace("grant * tcp-self", "grant @* tcp-self")


def _peer(peer):
    return f'{{address: "{peer.address}:{peer.port}"' + (f", key: {peer.key.name}" if peer.key else "") + "}"
