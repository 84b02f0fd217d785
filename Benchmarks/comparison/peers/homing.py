"""Homing."""

from .settings import CONNECTIONS, HTTPS_PORT, TLS_PORT

TITLE, PACKAGE = "Homing", None
WAYS = ("udp", "tcp", "dot", "doh-get", "doh-post")
RESOLVES, TWO, FORWARDS, PROCESSES = True, True, False, False

CONFIG = """listen:
  addresses: ["127.0.0.1:{s.port}"]
  tls: ["127.0.0.1:{tls}"]
  https: ["127.0.0.1:{https}"]
tls:
  certificates: [{{chain: {s.certificate.chain}, key: {s.certificate.key}}}]
cache:
  size: {s.cache}MiB
limits:
  connections-per-client: {connections}
process:
  workers: {s.threads}
  state-directory: {s.directory}
dnssec:
{validation}"""


def files(settings):
    validation = "  mode: off\n"
    if settings.anchors:
        validation = "  trust-anchors:\n" + "".join(f"    - {path}\n" for path in settings.anchors)
    return {"config": CONFIG.format(s=settings, tls=TLS_PORT, https=HTTPS_PORT, connections=CONNECTIONS, validation=validation)}


def command(settings, binary):
    return [binary, "serve", "--config", settings.directory / "config"]
