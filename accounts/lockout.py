"""Passwords can be tried a few times and then not for a while, at every door: the app's and the admin's."""

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts.limiting import Sender, hashed, rate_of
from accounts.limits import Charge, take


class Guard:
    """The first authentication backend: lets nobody in, and stops whoever tries too often.

    Counted by the name that is typed, whether there is such an account or not, and the address it comes from;
    more widely by the name alone. Who is stopped is told what a wrong password is told.
    """

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> None:
        name = credentials.get("username") or credentials.get("email")
        if request is None or not name or not credentials.get("password") or not settings.LIMITS_SCALE:
            return
        typed = hashed("name", str(name).strip().lower())
        buckets = {"here": f"{typed}{Sender(request).address}", "name": typed}
        charges = [
            Charge(f"password:{way}:{bucket}", rate)
            for way, bucket in buckets.items()
            if (rate := rate_of("password", way))
        ]
        if take(charges) is not None:
            raise PermissionDenied
