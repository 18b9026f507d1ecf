"""Whether a learner has begun: an answer that does no more than the starter is not run."""

import dis
from types import CodeType
from typing import Any

__all__ = ["functions_of", "is_untouched"]


def is_untouched(answer: Any, starter: Any) -> bool:
    """Whether the answer is still the starter, or nothing: a comment or another name makes no difference."""
    if answer is None or answer is ...:
        return True
    codes, blank = ([function.__code__ for function in functions_of(one)] for one in (answer, starter))
    if codes:
        return all(map(_is_empty, codes)) or [*map(_essence, codes)] == [*map(_essence, blank)]
    return not blank and bool(answer == starter)


def functions_of(answer: Any) -> list[Any]:
    """A function, or all methods of a class."""
    parts = list(vars(answer).values()) if isinstance(answer, type) else [answer]
    return [part for part in parts if hasattr(part, "__code__")]


def _essence(code: CodeType) -> tuple[Any, ...]:
    """What a function does, comparable."""
    constants = tuple(_essence(one) if isinstance(one, CodeType) else one for one in code.co_consts)
    return code.co_code, constants, code.co_names, code.co_varnames


def _is_empty(code: CodeType) -> bool:
    """Whether a function does nothing: dots, `pass`, a docstring."""
    steps = [step for step in dis.get_instructions(code) if step.opname not in {"RESUME", "NOP", "RETURN_VALUE"}]
    return all("CONST" in step.opname and step.argval is None for step in steps)
