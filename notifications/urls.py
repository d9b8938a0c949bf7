"""Where inboxes, subscriptions, wishes and devices are reached below ``/api/v1/``."""

from django.urls import path

from notifications.views import by_hand, following, inbox, surveys, wishes

urlpatterns = [
    path("me/inbox/", inbox.InboxView.as_view(), name="inbox"),
    path("me/inbox/read/", inbox.ReadView.as_view(), name="inbox-read"),
    path("me/inbox/<int:seq>/read/", inbox.ReadOneView.as_view(), name="inbox-read-one"),
    path("me/inbox/<int:seq>/unread/", inbox.UnreadOneView.as_view(), name="inbox-unread-one"),
    path("me/subscriptions/", following.SubscriptionsView.as_view(), name="subscriptions"),
    path("me/subscriptions/<slug:code>/", following.SubscriptionView.as_view(), name="subscription"),
    path("me/preferences/", wishes.WishesView.as_view(), name="preferences"),
    path("me/push/", wishes.DevicesView.as_view(), name="devices"),
    path("me/push/<slug:code>/", wishes.DeviceView.as_view(), name="device"),
    path("me/push/<slug:code>/test/", wishes.DeviceTestView.as_view(), name="device-test"),
    path("me/push/<slug:code>/confirm/", wishes.DeviceProofView.as_view(), name="device-confirm"),
    path("news-by-hand/", by_hand.ErrandsView.as_view(), name="news-by-hand"),
    path("news-by-hand/<slug:code>/letter/", by_hand.LetterView.as_view(), name="news-letter"),
    path("news-by-hand/<slug:code>/told/", by_hand.ToldView.as_view(), name="news-told"),
    path("reports/<slug:code>/solved/", surveys.SolvedView.as_view(), name="solved"),
]
