"""The commands of `./fieldgrid` that need the product's code: `python -m app.cli COMMAND`."""
