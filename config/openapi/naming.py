"""How the tables name an operation."""

PREFIX = "/api/v1"


def key_of(method: str, path: str) -> str:
    """``POST /reports/``."""
    return f"{method.upper()} {path.removeprefix(PREFIX)}"
