"""What a part may be: its code, its state, what may be proposed about it, what a file of parts must hold."""

from app.parts.rules.codes import PartCode, code_problem, next_code, read_code
from app.parts.rules.states import SETTABLE, State, read_state

__all__ = ["SETTABLE", "PartCode", "State", "code_problem", "next_code", "read_code", "read_state"]
