"""What administrators change elsewhere stands in the record, too: zones, the grid, webhooks, rules from files."""

from __future__ import annotations

from pathlib import Path

from app.catalog import service as catalog
from app.grid import service as grid
from app.grid.rules.checking import Verdict
from app.grid.rules.proposal import Proposal
from app.routing import service as routing
from tests.administration.files import changes, noted
from tests.factories.routing import rule_row
from tests.system.sources import ROOT

CATALOGUE = Path(ROOT) / "grid_data" / "catalog"


def test_a_duty_zone_and_a_webhook(api, session):
    begun, admin = len(changes(session)), api.city.people["admin"]
    zone = api.get("admin", "/grid/duty-zones/Z1")
    body = {"name": "一号", "cells": zone["cells"], "people": []}
    api.call("admin", "PUT", "/grid/duty-zones/Z1", json=body, headers={"If-Match": "*"})
    hook = api.post("admin", "/webhooks", 201, json={"url": "https://example.org/in?key=1", "events": ["case.created"]})
    api.call("admin", "DELETE", f"/webhooks/{hook['id']}", 204)
    found = changes(session)[begun:]
    assert [(one.action, one.subject) for one in found] == [
        ("duty_zone.put", "duty_zone:Z1"),
        ("webhook.register", f"webhook:{hook['id']}"),
        ("webhook.end", f"webhook:{hook['id']}"),
    ]
    assert {one.actor_id for one in found} == {admin}
    assert len(found[0].detail["people"]["removed"]) == 2
    assert "key=1" not in str([one.detail for one in found])
    assert hook["secret"] not in str([one.detail for one in found])


def test_a_grid_that_is_accepted(session, city, now):
    begun = len(changes(session))
    grid.accept(session, Verdict([], Proposal(), [], 0), now=now, actor_id=city.people["admin"])
    (one,) = changes(session)[begun:]
    assert (one.action, one.subject, one.actor_id) == ("grid.import", "grid:areas", city.people["admin"])


def test_rules_and_types_that_come_by_command(session, city, now):
    begun = len(changes(session))
    routing.import_rules(session, [rule_row(lead="U03")], now=now)
    actions = [action for action, _ in noted(session, begun)]
    assert (actions.count("routing_rule.create"), actions.count("routing_rule.retire")) == (1, 3)
    begun = len(changes(session))
    done = catalog.load_catalog(session, CATALOGUE, now=now)
    actions = [action for action, _ in noted(session, begun)]
    assert actions.count("type.create") == done.types - len(city.types)
    assert actions.count("condition.add") + actions.count("condition.change") <= done.conditions
    begun = len(changes(session))
    catalog.load_catalog(session, CATALOGUE, now=now)
    assert noted(session, begun) == []
