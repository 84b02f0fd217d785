"""The known attacks on resolvers, each staged against the running one: ATTACKS.md. See the table in Tests/Box/README.md."""

import traceback

from ..attacks import aliases, bombs, connections, delegation, dnssec, encrypted, forgery, parsing, reflection
from ..attacks.scene import Scene

ACTS = (forgery, aliases, parsing, bombs, reflection, connections, encrypted, delegation, dnssec)


def chosen(words):
    return [act for act in ACTS if not words or act.__name__.split(".")[-1] in words.split(",")]


def check(box, verdict):
    scene = Scene(box, verdict)
    try:
        for act in chosen(box.options.acts):
            try:
                act.run(scene)
            except Exception:  # the others are still staged
                verdict.expect(False, f"{act.__name__} broke:\n{traceback.format_exc()}")
            if box.has_dead_resolver():
                break
    finally:
        scene.join()
        scene.end()
        if not box.has_dead_resolver():
            box.drop_resolver()
