"""What the grid does for other features and for its own views, jobs and commands."""

from app.grid.rules.index import Located, Place, ZoneName
from app.grid.service.locating import Successor, chain, locate, locate_many, successors

__all__ = ["Located", "Place", "Successor", "ZoneName", "chain", "locate", "locate_many", "successors"]
