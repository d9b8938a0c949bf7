"""The one spatial condition of the ORM: a point in a box, indexed on both databases."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, Func
from django.db.models.sql.compiler import SQLCompiler


class InBox(Func):
    """``InBox(longitude, latitude, west, south, east, north)``: an indexed condition on both databases."""

    output_field = BooleanField()
    conditional = True

    def as_sql(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,
        function: str | None = None,
        template: str | None = None,
        arg_joiner: str | None = None,
        **extra_context: Any,
    ) -> tuple[str, Any]:
        """Four comparisons, which a composite index on (latitude, longitude) serves."""
        (lon, lat, west, south, east, north), params = self._parts(compiler)
        sql = f"({lat} BETWEEN {south} AND {north} AND {lon} BETWEEN {west} AND {east})"
        return sql, (*params[1], *params[3], *params[5], *params[0], *params[2], *params[4])

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any
    ) -> tuple[str, Any]:
        """The built-in point type, whose GiST index needs no extension."""
        (lon, lat, west, south, east, north), params = self._parts(compiler)
        sql = f"point({lon}, {lat}) <@ box(point({west}, {south}), point({east}, {north}))"
        return sql, tuple(value for part in params for value in part)

    def _parts(self, compiler: SQLCompiler) -> tuple[list[str], list[tuple[Any, ...]]]:
        compiled = [compiler.compile(expression) for expression in self.get_source_expressions()]
        return [sql for sql, _ in compiled], [tuple(params) for _, params in compiled]
