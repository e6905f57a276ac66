"""What can be wrong with exports."""

from app.core.errors import Conflict, Forbidden, Gone, NotFound, TooLarge, TooMany


class ExportNotFound(NotFound):
    slug = "export-not-found"
    title = "No such export, or not yours"


class ExportNotReady(Conflict):
    slug = "export-not-ready"
    title = "The export has no file"


class ExportOutdated(Gone):
    slug = "export-outdated"
    title = "Your grants changed since this export was made"


class ExportsUnderWay(TooMany):
    slug = "exports-under-way"
    title = "Too many exports at once"


class ExportTooLarge(TooLarge):
    slug = "export-too-large"
    title = "More cases than such a file holds"


class ExporterGone(Forbidden):
    slug = "exporter-gone"
    title = "Whoever asked may not export any more"


class ExportBroken(Conflict):
    slug = "export-broken"
    title = "The export could not be made"
