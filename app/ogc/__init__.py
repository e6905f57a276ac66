"""OGC API - Features: public, anonymised collections for maps of others."""
