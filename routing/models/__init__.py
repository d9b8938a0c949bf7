"""The configuration of a city, as the database keeps it; ``services.current_snapshot`` freezes it for use."""

from routing.models.before import MeasuredTime, Stopper
from routing.models.category import Category, PhotoRule, QuestionSet
from routing.models.place import Area, Calendar, City
from routing.models.responsibility import Responsibility

__all__ = [
    "Area",
    "Calendar",
    "Category",
    "City",
    "MeasuredTime",
    "PhotoRule",
    "QuestionSet",
    "Responsibility",
    "Stopper",
]
