"""Unbound. It is also the resolver behind those that forward."""

from .settings import CONNECTIONS, HTTPS_PORT, TLS_PORT

TITLE, PACKAGE = "Unbound", "unbound"
WAYS = ("udp", "tcp", "dot", "doh-get", "doh-post")
RESOLVES, TWO, FORWARDS, PROCESSES = True, True, False, False

CONFIG = """server:
    interface: 127.0.0.1@{s.port}
{encrypted}    port: {s.port}
    username: ""
    chroot: ""
    directory: "{s.directory}"
    pidfile: "{s.directory}/pid"
    root-hints: "{s.directory}/root.hints"
    do-not-query-localhost: yes
    use-syslog: no
    logfile: ""
    verbosity: 0
    num-threads: {s.threads}
    outgoing-range: 4096
    num-queries-per-thread: 2048
    incoming-num-tcp: {connections}
    msg-cache-size: {third}m
    rrset-cache-size: {two_thirds}m
    access-control: 127.0.0.0/8 allow
{validation}remote-control:
    control-enable: no
"""
ENCRYPTED = """    interface: 127.0.0.1@{tls}
    interface: 127.0.0.1@{https}
    tls-port: {tls}
    https-port: {https}
    tls-service-pem: "{s.certificate.chain}"
    tls-service-key: "{s.certificate.key}"
"""


def files(settings):
    validation = '    module-config: "iterator"\n'
    if settings.anchors:
        validation = "".join(f'    trust-anchor-file: "{path}"\n' for path in settings.anchors)
    encrypted = ENCRYPTED.format(s=settings, tls=TLS_PORT, https=HTTPS_PORT) if settings.encrypted else ""
    return {"config": CONFIG.format(s=settings, encrypted=encrypted, connections=CONNECTIONS, third=settings.cache // 3,
                                    two_thirds=settings.cache * 2 // 3, validation=validation)}


def command(settings, binary):
    return [binary or "unbound", "-d", "-c", settings.directory / "config"]
