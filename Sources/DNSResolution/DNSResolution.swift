// Room DNSResolution
