"""All SQL of OGC API - Features: it reads the public views and nothing else."""
