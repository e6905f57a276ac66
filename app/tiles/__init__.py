"""Vector tiles: what maps show of the ground, the work on it and the things that stand there."""
