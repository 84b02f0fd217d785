"""Knot Resolver. A thread of it is a process; they share the cache's file."""

from .settings import HTTPS_PORT, TLS_PORT

TITLE, PACKAGE = "Knot Resolver", "knot-resolver"
WAYS = ("udp", "tcp", "dot", "doh-get", "doh-post")
RESOLVES, TWO, FORWARDS, PROCESSES = True, True, False, True

CONFIG = """log_level('crit')
log_target('stderr')
net.listen('127.0.0.1', {s.port}, {{ kind = 'dns' }})
net.listen('127.0.0.1', {tls}, {{ kind = 'tls' }})
net.listen('127.0.0.1', {https}, {{ kind = 'doh2' }})
net.tls('{s.certificate.chain}', '{s.certificate.key}')
cache.open({s.cache} * MB, 'lmdb://{s.directory}/cache')
modules.unload('policy')
modules.load('hints')
hints.root_file('{s.directory}/root.hints')
{validation}"""


def files(settings):
    # Its default is the real root's key. Ours is read-only: it is not watched for rollovers (RFC 5011).
    validation = "".join(f"trust_anchors.add_file('{path}', true)\n" for path in settings.anchors) or "trust_anchors.remove('.')\n"
    return {"config": CONFIG.format(s=settings, tls=TLS_PORT, https=HTTPS_PORT, validation=validation)}


def command(settings, binary):
    return [binary or "kresd", "-n", "-c", settings.directory / "config", settings.directory]
