// Room HomingConfiguration
