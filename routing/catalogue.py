"""What a city's configuration says of its categories, organisations and areas, by code and without SQL."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from routing.errors import UnknownCategory, UnknownOrganisation
from routing.rows import AreaRow, CategoryRow, CityRow, OrganisationRow, RuleRow
from routing.worktime import WorkCalendar, add_working_hours


class Catalogue:
    """The rows of a configuration, by code. ``version`` tells one configuration from the next."""

    def __init__(
        self,
        areas: Iterable[AreaRow],
        categories: Iterable[CategoryRow],
        organisations: Iterable[OrganisationRow],
        rules: Iterable[RuleRow],
        calendars: Iterable[WorkCalendar] = (),
        version: int = 0,
        city: CityRow | None = None,
    ) -> None:
        self.version = version
        self.city = city
        self.areas: Mapping[str, AreaRow] = {row.code: row for row in areas}
        self.categories: Mapping[str, CategoryRow] = {row.code: row for row in categories}
        self.organisations: Mapping[str, OrganisationRow] = {row.code: row for row in organisations}
        self.rules: Mapping[str, RuleRow] = {row.code: row for row in rules}
        self.calendars: Mapping[str, WorkCalendar] = {row.code: row for row in calendars}
        self.steering = next((row.code for row in self.organisations.values() if row.is_steering), None)

    def category(self, code: str) -> CategoryRow:
        """Return a row of the catalogue. Raises UnknownCategory."""
        try:
            return self.categories[code]
        except KeyError as error:
            raise UnknownCategory(f"There is no category {code!r}.") from error

    def organisation(self, code: str) -> OrganisationRow:
        """Return an organisation. Raises UnknownOrganisation."""
        try:
            return self.organisations[code]
        except KeyError as error:
            raise UnknownOrganisation(f"There is no organisation {code!r}.") from error

    def service_levels(self, category_code: str, start: datetime) -> tuple[datetime | None, datetime | None]:
        """Return (acknowledge by, resolve by) of a category for a clock that starts at ``start``; UTC.

        A category that names no hours or calendar has those of its group; None where neither names any.
        """
        acknowledge, resolve, calendar = self.service_hours(category_code)
        return (
            None if acknowledge is None else add_working_hours(start, acknowledge, calendar),
            None if resolve is None else add_working_hours(start, resolve, calendar),
        )

    def service_hours(self, category_code: str) -> tuple[int | None, int | None, WorkCalendar | None]:
        """Return the working hours to acknowledge and to resolve, and the calendar that counts them.

        What a category does not name is that of its group. Raises UnknownCategory.
        """
        leaf = self.category(category_code)
        group = self.categories.get(leaf.parent) if leaf.parent else None
        calendar = self.calendars.get(leaf.calendar or (group.calendar if group else None) or "")
        hours = (
            (leaf.acknowledge_hours, group.acknowledge_hours if group else None),
            (leaf.resolve_hours, group.resolve_hours if group else None),
        )
        acknowledge, resolve = (own if own is not None else of_group for own, of_group in hours)
        return acknowledge, resolve, calendar

    def category_name(self, code: str, language: str) -> str:
        """The category's name, or its code if it has none; ``language`` is en or zh."""
        row = self.categories.get(code)
        return (row.name(language) if row else "") or code

    def organisation_name(self, code: str, language: str) -> str:
        """The organisation's name, or its code if it has none."""
        row = self.organisations.get(code)
        return (row.name(language) if row else "") or code

    def area_name(self, code: str, language: str) -> str:
        """The area's name, or its code if it has none."""
        row = self.areas.get(code)
        return (row.name(language) if row else "") or code

    def city_name(self, language: str) -> str:
        """The city's name, or what it is called while it has none."""
        if self.city is None:
            return "the city" if language == "en" else "本市"
        return self.city.name(language) or self.city.code

    def steering_name(self, language: str) -> str:
        """The name of the organisation whose desk decides where rules do not."""
        if self.steering is None:
            return "A person" if language == "en" else "人工"
        return self.organisation_name(self.steering, language)

    def rule(self, code: str) -> RuleRow:
        """Return a responsibility. Raises KeyError."""
        return self.rules[code]
