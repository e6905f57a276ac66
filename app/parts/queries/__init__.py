"""All SQL of the register of parts."""
