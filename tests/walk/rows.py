"""What the database holds of a case, read past the product's queries."""

from __future__ import annotations

from typing import Any

import psycopg2
import psycopg2.extras
from sqlalchemy import make_url

from tests.walk.naive_time import NaiveCalendar
from tests.walk.story import Facts

# Everything that an action could change, as one document: a refused step leaves it as it was, letter for letter.
_CASE = """
    SELECT json_build_object(
        'case', to_jsonb(c) - 'geom',
        'clocks', (SELECT json_agg(to_jsonb(k) ORDER BY k.ordinal) FROM case_clocks k WHERE k.case_id = c.id),
        'tasks', (SELECT json_agg(to_jsonb(t) ORDER BY t.created_at, t.id) FROM case_tasks t WHERE t.case_id = c.id),
        'reports', (SELECT json_agg(to_jsonb(r) ORDER BY r.report_id) FROM case_reports r WHERE r.case_id = c.id),
        'photos', (SELECT count(*) FROM case_photos p WHERE p.case_id = c.id),
        'events', (SELECT count(*) FROM case_events e WHERE e.case_month = c.case_month AND e.case_id = c.id))
      FROM cases c WHERE c.number = %s"""
_EVENTS = """
    SELECT json_agg(to_jsonb(e) || jsonb_build_object('details', d.details, 'salts', d.salts) ORDER BY e.seq)
      FROM cases c
      JOIN case_events e ON e.case_month = c.case_month AND e.case_id = c.id
      JOIN event_details d ON d.case_month = e.case_month AND d.case_id = e.case_id AND d.seq = e.seq
     WHERE c.number = %s AND e.seq > %s"""
_FEED = """
    SELECT xid, seq, number, version, kind, data FROM changes WHERE (xid, seq) > (%s, %s) ORDER BY xid, seq"""
_MARKS = """
    SELECT number, md5(c::text),
           (SELECT md5(string_agg(t::text, ' ' ORDER BY t.id)) FROM case_tasks t WHERE t.case_id = c.id),
           (SELECT md5(string_agg(k::text, ' ' ORDER BY k.id)) FROM case_clocks k WHERE k.case_id = c.id),
           (SELECT md5(string_agg(r::text, ' ' ORDER BY r.report_id)) FROM case_reports r WHERE r.case_id = c.id)
      FROM cases c"""


class Rows:
    """A connection of our own, each statement for itself."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg2.connect(make_url(url).set(drivername="postgresql").render_as_string(False))
        self._connection.autocommit = True
        self._feed = (0, 0)

    def close(self) -> None:
        self._connection.close()

    def all(self, sql: str, *values: Any) -> list[Any]:
        with self._connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall()

    def case(self, number: str) -> dict[str, Any]:
        """The case with its clocks, tasks and reports; instants as text."""
        return self.all(_CASE, number)[0][0]

    def events(self, number: str, after: int = 0) -> list[dict[str, Any]]:
        """The events after this one, with what is personal in them."""
        return self.all(_EVENTS, number, after)[0][0] or []

    def fed(self) -> list[tuple[Any, ...]]:
        """(number, version, kind, data) of what the change feed got since the last time this was asked."""
        found = self.all(_FEED, *self._feed)
        if found:
            self._feed = found[-1][:2]
        return [row[2:] for row in found]

    def marks(self) -> dict[str, tuple[Any, ...]]:
        """What a job could have changed, of every case."""
        return {row[0]: row[1:] for row in self.all(_MARKS)}

    def facts(self) -> Facts:
        """What stories need to know of the city."""
        conditions = self.all("SELECT id::text, limit_amount, limit_unit FROM filing_conditions")
        first = self.all(
            'SELECT DISTINCT ON (type_id) type_id::text, id::text FROM filing_conditions ORDER BY type_id, "row"'
        )
        handlers = self.all("SELECT DISTINCT user_id::text FROM grants WHERE role = 'handler'")
        managed = self.all("SELECT DISTINCT organization_id::text FROM grants WHERE role = 'unit_manager'")
        return Facts(
            {row[0]: (row[1], row[2]) for row in conditions},
            dict(first),
            self.calendars(),
            {row[0] for row in handlers},
            {row[0] for row in managed},
        )

    def calendars(self) -> list[NaiveCalendar]:
        rows = self.all("SELECT to_jsonb(v) FROM calendar_versions v WHERE code = 'city' ORDER BY version")
        return [NaiveCalendar.of(row[0]) for row in rows]
