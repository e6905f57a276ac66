"""Cases that are played at instants of one day, as for figures."""

from tests.evaluation.conftest import played

__all__ = ["played"]
