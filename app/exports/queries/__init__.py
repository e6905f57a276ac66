"""All SQL of exports."""
