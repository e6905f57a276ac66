"""What a part may be: its code, its state, what may be proposed about it, what a file of parts must hold."""

from app.parts.rules.codes import PartCode, code_problem, next_code, read_code
from app.parts.rules.states import SETTABLE, PartState, read_state

__all__ = ["SETTABLE", "PartCode", "PartState", "code_problem", "next_code", "read_code", "read_state"]
