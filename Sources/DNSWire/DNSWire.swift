// Room DNSWire
