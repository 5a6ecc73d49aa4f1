"""What stands in an exercise where the learner's answer will stand."""


class _Todo:
    """What an exercise returns until it is written: neither true nor false, equal to nothing but itself."""

    def __repr__(self) -> str:
        return "TODO"

    def __reduce__(self) -> str:
        return "TODO"

    def __bool__(self) -> bool:
        raise TypeError("TODO stands for an answer that is not written yet: it is neither true nor false")


TODO = _Todo()
