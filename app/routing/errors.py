"""What can be wrong with routing rules."""

from app.core.errors import Invalid


class BadRoutingRules(Invalid):
    """The faults point to the row and the column."""

    slug = "bad-routing-rules"
    title = "The routing rules have faults"


class RuleTie(Invalid):
    """Two rules for the same types and the same ground hold on the same day; the faults point to both rows."""

    slug = "routing-rule-tie"
    title = "Two routing rules contradict each other"
