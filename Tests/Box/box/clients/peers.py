"""Other people's resolvers that answer over TLS and HTTPS: Unbound, Knot Resolver and BIND, each with a certificate."""

import datetime
from dataclasses import dataclass

from .. import stub
from ..model import Question
from ..network import raise_loopback
from ..process import Program, wait_until
from ..resolvers import root_hints

BLOCK = "10.53.0.0/24"
DOMAIN = "peers.example"

UNBOUND = """server:
{interfaces}    port: 53
    tls-port: 853
    https-port: 443
    tls-service-key: "{chain.key}"
    tls-service-pem: "{chain.chain}"
    username: ""
    chroot: ""
    directory: "{directory}"
    pidfile: "{directory}/pid"
    root-hints: "{hints}"
    module-config: "iterator"
    use-syslog: no
    logfile: ""
    num-threads: 1
    incoming-num-tcp: 100
    access-control: 0.0.0.0/0 allow
remote-control:
    control-enable: no
"""

KNOT_RESOLVER = """net.listen('{address}', 53, {{ kind = 'dns' }})
net.listen('{address}', 853, {{ kind = 'tls' }})
net.listen('{address}', 443, {{ kind = 'doh2' }})
net.tls('{chain.chain}', '{chain.key}')
cache.size = 20 * MB
modules = {{ 'hints' }}
hints.root_file('{hints}')
trust_anchors.remove('.')
"""

BIND = """tls box {{ key-file "{chain.key}"; cert-file "{chain.chain}"; }};
options {{
    directory "{directory}";
    pid-file "{directory}/pid";
    session-keyfile none;
    lock-file none;
    listen-on port 53 {{ {address}; }};
    listen-on port 853 tls box {{ {address}; }};
    listen-on port 443 tls box http default {{ {address}; }};
    listen-on-v6 {{ none; }};
    recursion yes;
    allow-query {{ any; }};
    dnssec-validation no;
}};
controls {{ }};
zone "." {{ type hint; file "{hints}"; }};
"""

TEMPLATES = {"unbound": UNBOUND, "kresd": KNOT_RESOLVER, "bind": BIND}


@dataclass
class Peer:
    """A resolver at one or more addresses, which has one certificate for its name."""
    kind: str
    title: str
    addresses: list
    until: datetime.timedelta = datetime.timedelta(days=100)
    chain: object = None
    program: Program = None
    directory: object = None

    @property
    def name(self):
        return f"{self.title}.{DOMAIN}"

    def start(self, box, authority):
        raise_loopback(self.addresses)
        self.directory = box.directory / f"peer-{self.title}"
        (self.directory / "work").mkdir(parents=True)
        self.chain = authority.issue(self.title, [self.name], self.addresses, self.until)
        hints, config = self.directory / "root.hints", self.directory / "config"
        hints.write_text(root_hints())
        interfaces = "".join(f"    interface: {address}@{port}\n" for address in self.addresses for port in (53, 853, 443))
        config.write_text(TEMPLATES[self.kind].format(interfaces=interfaces, address=self.addresses[0], chain=self.chain,
                                                      directory=self.directory, hints=hints))
        self.run()

    def run(self):
        config, work = self.directory / "config", self.directory / "work"
        command = {"unbound": ["unbound", "-d", "-c", config], "bind": ["named", "-g", "-c", config],
                   "kresd": ["kresd", "-n", "-c", config, work]}[self.kind]
        self.program = Program(self.title, list(map(str, command)), self.directory / "log", cwd=self.directory)
        wait_until(self._answers, 20, f"{self.title} answers", self.program)

    def stop(self):
        if self.program:
            self.program.stop()

    def _answers(self):
        return stub.ask_all([Question((), "NS", "")], 53, address=self.addresses[0], patience=2)[0].rcode == "NOERROR"
