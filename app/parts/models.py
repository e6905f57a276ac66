"""Tables of the register of parts."""
