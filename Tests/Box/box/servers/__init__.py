"""The real authoritative servers: one module for each program says how to configure and start it."""

from . import bind, knot, nsd

PROGRAMS = {"nsd": nsd, "knot": knot, "bind": bind}
