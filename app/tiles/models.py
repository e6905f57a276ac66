"""Tables that tiles are cut from."""
