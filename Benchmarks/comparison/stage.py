"""An internet that stands, and the peers that are started in it, one at a time."""

import contextlib
import pathlib
import shutil

from box.box import Box
from box.dynamic import compile

from . import certificate, internet
from .peer import Peer

SOURCES = pathlib.Path(__file__).parent


class Stage:
    """`binaries` are kind -> path, for those that are not installed; `wrapper` is a command that Homing is run under."""

    def __init__(self, directory, signed, scale, binaries, wrapper):
        directory.mkdir()
        self.directory, self.signed, self.scale, self.binaries, self._wrapper, self._runs = directory, signed, scale, binaries, wrapper, 0
        self.box = Box(directory, "homing", binaries["homing"], "validate" if signed else "off", net=internet.build(scale.zones, signed))

    def __enter__(self):
        self.box.start_servers()
        self.certificate = certificate.make(self.directory)
        return self

    def __exit__(self, *_):
        self.box.stop()

    @contextlib.contextmanager
    def peer(self, kind, **options):
        """A fresh one that has seen nothing yet."""
        self._runs += 1
        directory = self.directory / f"peer-{self._runs}-{kind}"
        peer = Peer(kind, self.binaries.get(kind), directory, self.box.validation.anchors if self.signed else {}, self.certificate,
                    wrapper=self._wrapper if kind == "homing" else (), **options)
        try:
            yield peer
        finally:
            peer.stop()
        shutil.rmtree(directory)  # kept when something was wrong

    def program(self, title, *libraries):
        """One of our own in C."""
        return compile.program(self.directory, title, *libraries, sources=SOURCES)
