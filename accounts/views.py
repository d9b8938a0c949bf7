"""My account, my consents, organisations, and machine tokens."""

from functools import partial
from typing import Any

from django.http import Http404
from django.utils import translation
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import services
from accounts.conditions import check_if_match, etag
from accounts.inputs import checked, checked_body
from accounts.leaving import delete_account
from accounts.models import Organisation, User
from accounts.recency import check_recent_login, session_of
from accounts.serializers import (
    AccountChange,
    Farewell,
    MeSerializer,
    NewToken,
    OrganisationSerializer,
    TokenSerializer,
)
from accounts.viewers import viewer_of

IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The ETag of what is to be changed."
)


def logged_in(request: Request) -> User:
    """The account behind a request; raises NotAuthenticated for anybody else."""
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user


class MeView(APIView):
    """The account that is logged in."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(responses=MeSerializer)
    def get(self, request: Request) -> Response:
        """My account, what it may do where, and its ETag."""
        return _account(services.account_of(logged_in(request)))

    @extend_schema(request=AccountChange, responses=MeSerializer, parameters=[IF_MATCH])
    def patch(self, request: Request) -> Response:
        """Change my name, the language I am spoken to in, or the size of text; needs the ETag in If-Match."""
        changes = checked_body(AccountChange, request)
        account = services.change_account(
            logged_in(request), is_known=partial(check_if_match, request), **changes
        )
        translation.activate(account.language)
        return _account(account)

    @extend_schema(parameters=[Farewell], responses={204: None})
    def delete(self, request: Request) -> Response:
        """Delete my account at once; ``reports`` says whether what I sent is kept without me, or erased.

        Needs a code, password or passkey given in this session in the last ten minutes. What is kept is
        nobody's: its receipts still open it. Nothing of it can be undone.
        """
        wanted = checked(Farewell, request)
        user = logged_in(request)
        check_recent_login(request)
        session = session_of(request)
        delete_account(user, erases=wanted["reports"] == Farewell.ERASE)
        if session is not None:
            session.flush()
        return Response(status=status.HTTP_204_NO_CONTENT)


def _account(account: User) -> Response:
    headers = {"ETag": etag(services.version_of(account)), "Cache-Control": "private, no-store"}
    return Response(MeSerializer(account).data, headers=headers)


class OrganisationsView(generics.ListAPIView[Organisation]):
    """The organisations that answer for something in this city."""

    serializer_class = OrganisationSerializer
    permission_classes = (AllowAny,)
    queryset = Organisation.objects.filter(is_sandbox=False).order_by("code")
    pagination_class = None


class TokensView(APIView):
    """Tokens of my organisations' service accounts."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(request=NewToken, responses={201: TokenSerializer})
    def post(self, request: Request) -> Response:
        """Issue a token; it is shown this once and stored only as a digest."""
        wanted = NewToken(data=request.data)
        wanted.is_valid(raise_exception=True)
        viewer = viewer_of(request)
        organisation = Organisation.objects.filter(code=wanted.validated_data["organisation"]).first()
        if organisation is None:
            raise Http404
        token = services.issue_token(organisation, by=viewer)
        return Response(TokenSerializer(token).data, status=status.HTTP_201_CREATED)


class TokenView(APIView):
    """One machine token, named by the first characters of it."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, token_key: str, **_: Any) -> Response:
        """Revoke a token of an organisation whose steward I am."""
        if not services.revoke_token(token_key, by=viewer_of(request)):
            raise Http404
        return Response(status=status.HTTP_204_NO_CONTENT)
