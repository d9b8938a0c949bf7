"""Each operation under the name that the table of operations gives it."""

from drf_spectacular.openapi import AutoSchema

from config.openapi.naming import key_of
from config.openapi.operations import OPERATIONS


class Schema(AutoSchema):
    """How one view is described."""

    def get_operation_id(self) -> str:
        known = OPERATIONS.get(key_of(self.method, self.path))
        return known.name if known else str(super().get_operation_id())
