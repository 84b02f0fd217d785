"""The box while it stands: the internet, its servers, and the resolver under test."""

import os
import signal
import socket

from . import network, odd_server, rdata, resolvers, wire
from .dnssec import anchors, sign
from .internet import build
from .process import Program, wait_until
from .servers import PROGRAMS


class Box:
    def __init__(self, directory, kind, binary, mode=None, net=None):
        self.directory, self.kind, self.binary = directory, kind, binary
        self.net = net or build()
        self.validation = None  # what a validating resolver must be told; known once the zones are signed
        self.mode = mode or resolvers.USUAL_MODE
        self.strict = kind == "homing"  # the references show that the box works; they need not be as good
        self.warmed = False  # whether the resolver has been asked everything once
        self._programs, self._odd, self._resolver, self._runs = [], None, None, 0

    # Servers

    def start_servers(self):
        daemons = self.net.daemons.values()
        network.raise_loopback(sorted({address for daemon in daemons for address in self.net.addresses_of(daemon)}))
        sign.make_keys(self.net, self.directory / "keys")
        self.net.expect()
        network.install_rules(self.net.addresses_of(self.net.daemons["hole"]), {"hot": self.net.marks["hot-addresses"]})
        self.validation = anchors.write(self.net, self.directory)
        path = sign.sign(self.net, self.directory / "zones")
        started = [(daemon, self._start(daemon, path)) for daemon in daemons if daemon.kind in PROGRAMS]
        odd = self.directory / "odd"
        odd.mkdir()
        self._odd = odd_server.start(self.net, odd)
        for daemon, program in started:
            self._await(daemon, program)
        wait_until((odd / "ready").exists, 20, f"the odd server listens (log {odd / 'log'})")

    def _start(self, daemon, path):
        directory = self.directory / daemon.title
        directory.mkdir()
        program = PROGRAMS[daemon.kind]
        zones = [(zone, path(zone, daemon)) for zone in self.net.zones_of(daemon)]
        config = directory / "config"
        config.write_text(program.configuration(directory, self.net.addresses_of(daemon), zones))
        started = Program(daemon.title, program.command(config), directory / "log", cwd=directory)
        self._programs.append(started)
        return started

    def _await(self, daemon, program):
        """Every zone is asked for, each at another address: a zone that did not load is an error of the box."""
        addresses = self.net.addresses_of(daemon)
        for index, zone in enumerate(self.net.zones_of(daemon)):
            address = addresses[index % len(addresses)]
            wait_until(lambda: _serves(address, zone.apex), 30, f"{daemon.title} serves {zone} at {address}", program)

    # Resolvers

    @property
    def resolver(self):
        if self._resolver is None:
            self.renew_resolver()
        return self._resolver

    def renew_resolver(self, **options):
        """A fresh resolver under test, which has seen nothing yet."""
        self.drop_resolver()
        self._resolver = self.start_resolver(self.kind, self.binary, **{"validation": self.usual_validation(), **options})
        return self._resolver

    def drop_resolver(self):
        if self._resolver:
            self._resolver.program.stop()
        self._resolver, self.warmed = None, False

    def has_dead_resolver(self):
        return self._resolver is not None and not self._resolver.program.running()

    def usual_validation(self):
        """What the resolver under test is told unless a check asks for more."""
        return self.validation if self.mode == "validate" else None

    def start_resolver(self, kind, binary=None, **options):
        self._runs += 1
        return resolvers.Resolver(kind, binary, self.directory / f"resolver-{self._runs}-{kind}", **options)

    def stop(self):
        """In good order, so that logs are complete; the namespace's end would do it too."""
        self.drop_resolver()
        for program in self._programs:
            program.stop(patience=2)
        if self._odd:
            os.kill(self._odd, signal.SIGKILL)


def _serves(address, apex):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as endpoint:
        endpoint.settimeout(0.3)
        try:
            endpoint.connect((address, 53))
            endpoint.send(wire.compose_query(53, apex, rdata.number_of("SOA"), recursion=False))
            reply = wire.parse(endpoint.recv(65535))
        except (OSError, ValueError):
            return False
    return reply.rcode == "NOERROR" and bool(reply.flags & wire.AA) and bool(reply.answer)
