"""What can be wrong with bulletins."""

from app.core.errors import Conflict, Invalid, NotFound, TooMany


class BulletinNotFound(NotFound):
    slug = "bulletin-not-found"
    title = "No such bulletin of this period, or not yours to see"


class BulletinNotReady(Conflict):
    slug = "bulletin-not-ready"
    title = "The bulletin has no file"


class BulletinsUnderWay(TooMany):
    slug = "bulletins-under-way"
    title = "Too many bulletins are being made at once"


class BulletinBroken(Conflict):
    slug = "bulletin-broken"
    title = "The bulletin could not be made"


class BadBulletinTemplate(Invalid):
    slug = "bad-bulletin-template"
    title = "By these texts no bulletin can be made"


class BulletinTemplateNotFound(NotFound):
    slug = "bulletin-template-not-found"
    title = "There is no such version of the texts"
