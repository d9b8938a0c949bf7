"""Ways to ask for something that is not JSON."""

from typing import Any

from rest_framework.renderers import BaseRenderer, JSONRenderer


class PdfRenderer(BaseRenderer):
    """Lets a client ask for paper by ``Accept``; the view hands over finished bytes. Problems stay JSON."""

    media_type = "application/pdf"
    format = "pdf"
    charset = None
    render_style = "binary"

    def render(self, data: Any, *args: Any, **kwargs: Any) -> bytes:
        return data if isinstance(data, bytes) else bytes(JSONRenderer().render(data))
