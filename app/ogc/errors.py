"""What can go wrong with a request for features."""

from app.core.errors import Malformed, NotFound


class BadParameter(Malformed):
    """OGC API - Features wants 400 for parameters that are unknown or not valid, where our own API answers 422."""

    slug = "ogc-bad-parameter"
    title = "A parameter is unknown or not valid"


class CollectionNotFound(NotFound):
    slug = "ogc-collection-not-found"
    title = "No such collection"


class FeatureNotFound(NotFound):
    slug = "ogc-feature-not-found"
    title = "No such feature"
