"""The programs in C that a check needs, compiled when it does."""

import pathlib
import subprocess

from ..process import BoxError

HERE = pathlib.Path(__file__).parent


def program(directory, title, *libraries, define=None, sources=HERE):
    """`define` is a macro that it is compiled with, under another title; `sources` is the directory of its source."""
    target = directory / (f"{title}-{define.lower()}" if define else title)
    return _compile(target, sources / f"{title}.c", "-O2", *([f"-D{define}"] if define else []), libraries=libraries)


def library(directory, title):
    return _compile(directory / f"{title}.so", HERE / f"{title}.c", "-O2", "-shared", "-fPIC", libraries=("-ldl", "-lpthread"))


def _compile(target, source, *options, libraries):
    if not target.exists():
        done = subprocess.run(["gcc", "-std=gnu11", *options, "-o", target, source, *libraries], capture_output=True, text=True)
        if done.returncode:
            raise BoxError(f"{source.name}: {done.stderr[:1000]}")
    return target
