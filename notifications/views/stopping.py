"""The link at the end of every mail: a page with a button, and the button (RFC 8058). No login."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from notifications.models import Topic
from notifications.services import wishes as service


@never_cache
@csrf_exempt  # mail programs post it by themselves; the signed address is what proves the wish
@require_http_methods(["GET", "HEAD", "POST"])
def stop_mail(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows and changes nothing, since mail scanners open links; POST stops the mail."""
    found = service.read_stop_token(token)
    if found is None:
        return HttpResponse(_("This link is not one of ours."), status=404, content_type="text/plain")
    wishes, topic = found
    is_stopped = request.method == "POST"
    if is_stopped:
        topic = service.ALL if request.POST.get("scope") == "all" else topic
        service.stop_mail(wishes, topic)
    context = {"topic": Topic(topic).label if topic else "", "is_stopped": is_stopped}
    return render(request, "notifications/stop.html", context)
