"""What can be wrong with parts, proposals and files of parts."""

from __future__ import annotations

from app.core.errors import Conflict, Invalid, NotFound, TooLarge


class PartNotFound(NotFound):
    slug = "part-not-found"
    title = "There is no part with this code"


class BadPart(Invalid):
    slug = "bad-part"
    title = "A part cannot be like this"


class PartCodeTaken(Conflict):
    slug = "part-code-taken"
    title = "Another part has this code"


class PartRetired(Conflict):
    slug = "part-retired"
    title = "The part is retired"


class BadPartFilter(Invalid):
    slug = "bad-part-filter"
    title = "The filter cannot be understood"


class UnknownPart(Invalid):
    slug = "unknown-part"
    title = "The register has no such part"


class ProposalNotFound(NotFound):
    slug = "part-proposal-not-found"
    title = "No such proposal, or not visible to you"


class BadProposal(Invalid):
    slug = "bad-part-proposal"
    title = "The proposal cannot be like this"


class ProposalSettled(Conflict):
    slug = "part-proposal-settled"
    title = "The proposal was decided before"


class ProposalIdTaken(Conflict):
    slug = "part-proposal-id-taken"
    title = "This id belongs to another proposal"


class PartSerialsUsedUp(Conflict):
    slug = "part-serials-used-up"
    title = "No serial number is left"


class PartImportNotFound(NotFound):
    slug = "part-import-not-found"
    title = "There is no such import of parts"


class PartsFileTooLarge(TooLarge):
    slug = "parts-file-too-large"
    title = "The file of parts is too large"
