"""Dynamic zones: servers that take updates, whoever wrote them, and the clients and peers that they are tried with."""
