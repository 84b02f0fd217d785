"""BIND, authoritative only."""

from .. import name

SERVER = """options {{
    directory "{directory}";
    pid-file "{directory}/pid";
    session-keyfile none;
    lock-file none;
    listen-on port 53 {{ {listen_v4} }};
    listen-on-v6 port 53 {{ {listen_v6} }};
    recursion no;
    allow-query {{ any; }};
    notify no;
    check-names primary ignore;
    check-integrity no;
    check-mx ignore;
    check-spf ignore;
    empty-zones-enable no;
    dnssec-validation no;
    edns-udp-size 1232;
    max-udp-size 1232;
    rate-limit {{ responses-per-second 0; }};
}};
controls {{ }};
"""


def configuration(directory, addresses, zones):
    listen_v4 = " ".join(f"{address};" for address in addresses if ":" not in address)
    listen_v6 = " ".join(f"{address};" for address in addresses if ":" in address)
    parts = [SERVER.format(directory=directory, listen_v4=listen_v4, listen_v6=listen_v6)]
    for zone, path in zones:
        parts.append(f'zone "{name.show(zone.apex)}" {{ type primary; file "{path}"; }};\n')
    return "".join(parts)


def command(config):
    return ["named", "-g", "-n", "1", "-c", str(config)]
