"""The register of parts: every manhole, lamp and bin of the city, where it stands and whose it is."""
