"""A peer while it runs: started alike, asked over its sockets, its processor time and memory read from the kernel."""

from box import processor
from box.model import Question
from box.process import BoxError, Program, wait_until
from box.resolvers import root_hints
from box.stub import ask_all

from .peers import KINDS, NAMES, unbound
from .peers.settings import BACKEND_PORT, PORT, Settings

PATIENCE = 30


class Peer:
    """`anchors` are those of a `Validation`; without any, nothing is validated. With `launch` False only what is behind it is started."""

    def __init__(self, kind, binary, directory, anchors, certificate, *, threads=1, cache=512, wrapper=(), launch=True):
        self.kind, self._binary, self._wrapper, self._module = kind, binary, wrapper, KINDS[kind]
        self.settings = Settings(directory, certificate, anchors, threads, cache)
        self.programs, self._backend = [], None
        _write(self.settings, self._module)
        try:
            if self._module.FORWARDS:
                self._start_backend()
            if launch:
                self.launch()
                self.await_answers()
        except BoxError:
            self.stop()
            raise

    def _start_backend(self):
        settings = Settings(self.settings.directory / "backend", self.settings.certificate, {}, port=BACKEND_PORT, encrypted=False)
        _write(settings, unbound)
        self._backend = Program("the resolver behind it", _words(unbound.command(settings, None)), settings.directory / "log", cwd=settings.directory)
        wait_until(lambda: _answers(BACKEND_PORT), PATIENCE, "the resolver behind it answers", self._backend)

    def launch(self):
        """Starts it over what its directory holds; returns at once."""
        command = [*self._wrapper, *_words(self._module.command(self.settings, self._binary))]
        count = self.settings.threads if self._module.PROCESSES else 1
        self.programs = [Program(NAMES[self.kind], command, self.settings.directory / "log", cwd=self.settings.directory) for _ in range(count)]

    def await_answers(self):
        wait_until(lambda: _answers(PORT), PATIENCE, f"{NAMES[self.kind]} answers on port {PORT}", self.programs[0])

    def processor_time(self):
        """Used so far, by all threads and processes."""
        return processor.read(*self._pids())

    def resident(self):
        """Resident memory in octets."""
        return processor.resident(*self._pids())

    def _pids(self):
        return [program.pid for program in self.programs]

    def stop_serving(self):
        """What it asks goes on."""
        for program in self.programs:
            program.stop()

    def stop(self):
        self.stop_serving()
        if self._backend:
            self._backend.stop()


def _write(settings, module):
    settings.directory.mkdir()
    (settings.directory / "root.hints").write_text(root_hints())
    for title, text in module.files(settings).items():
        (settings.directory / title).write_text(text)


def _words(command):
    return list(map(str, command))


def _answers(port):
    return ask_all([Question((), "NS", "")], port, patience=2)[0].rcode == "NOERROR"
