"""What can be wrong with the proofs."""


class GapInSequence(Exception):
    """An event that the relay numbered is gone, so what follows cannot be sealed without hiding that."""

    def __init__(self, seq: int) -> None:
        super().__init__(
            f"There is no event {seq}, although later ones exist; restore it before sealing goes on."
        )
        self.seq = seq
