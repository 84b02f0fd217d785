"""BIND. Its queue of connections that wait to be taken has ten places, too few for sixteen clients at once."""

from .settings import CONNECTIONS, HTTPS_PORT, TLS_PORT

TITLE, PACKAGE = "BIND", "bind9"
WAYS = ("udp", "tcp", "dot", "doh-get", "doh-post")
RESOLVES, TWO, FORWARDS, PROCESSES = True, True, False, False

CONFIG = """tls own {{ cert-file "{s.certificate.chain}"; key-file "{s.certificate.key}"; }};
http own {{ endpoints {{ "/dns-query"; }}; }};
logging {{ category default {{ null; }}; }};
options {{
    directory "{s.directory}";
    pid-file "{s.directory}/pid";
    session-keyfile none;
    lock-file none;
    listen-on port {s.port} {{ 127.0.0.1; }};
    listen-on port {tls} tls own {{ 127.0.0.1; }};
    listen-on port {https} tls own http own {{ 127.0.0.1; }};
    listen-on-v6 {{ none; }};
    recursion yes;
    allow-query {{ any; }};
    recursive-clients 10000;
    tcp-clients {connections};
    tcp-listen-queue {connections};
    max-cache-size {s.cache}M;
    dnssec-validation {validation};
}};
controls {{ }};
zone "." {{ type hint; file "{s.directory}/root.hints"; }};
{anchors}"""


def files(settings):
    anchors = "".join(f'    "." static-ds {tag} {algorithm} {digest_type} "{digest}";\n'
                      for tag, algorithm, digest_type, digest in settings.root_anchors)
    return {"config": CONFIG.format(s=settings, tls=TLS_PORT, https=HTTPS_PORT, connections=CONNECTIONS, validation="yes" if anchors else "no",
                                    anchors="trust-anchors {\n" + anchors + "};\n" if anchors else "")}


def command(settings, binary):
    return [binary or "named", "-g", "-n", settings.threads, "-c", settings.directory / "config"]
