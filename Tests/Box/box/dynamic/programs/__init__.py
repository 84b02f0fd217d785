"""Programs that write to dynamic zones, each as its own documentation says: DHCP, ACME clients, tools that keep a zone as declared."""
