"""Stamps are read once per transaction and savepoint, and again whenever they may have changed."""

from uuid import UUID, uuid4

from app.core.stamps import forget_stamp, stamp_of


class Reader:
    def __init__(self) -> None:
        self.reads = 0

    def __call__(self, session) -> UUID:
        self.reads += 1
        session.connection()
        return uuid4()


def test_a_stamp_is_read_once_per_transaction(session):
    read = Reader()
    first = stamp_of(session, "a", read)
    assert stamp_of(session, "a", read) == first
    assert read.reads == 1
    session.commit()
    assert stamp_of(session, "a", read) != first
    assert read.reads == 2


def test_a_savepoint_and_its_rollback_read_again(session):
    read = Reader()
    stamp_of(session, "a", read)
    inner = session.begin_nested()
    stamp_of(session, "a", read)
    stamp_of(session, "a", read)
    assert read.reads == 2
    inner.rollback()
    stamp_of(session, "a", read)
    assert read.reads == 3


def test_names_are_apart_and_forgetting_reads_again(session):
    read = Reader()
    first = stamp_of(session, "a", read)
    stamp_of(session, "b", read)
    assert read.reads == 2
    forget_stamp(session, "a")
    assert stamp_of(session, "a", read) != first
    forget_stamp(session, "never read")
