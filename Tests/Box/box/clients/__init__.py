"""Clients that come encrypted: other people's programs, and connections of our own that show every octet."""
