"""How the words of templates get into the catalogue: ``make messages`` calls it through Babel.

Django itself would call xgettext, which a fresh machine does not have.
"""

from collections.abc import Collection, Iterator, Mapping
from io import BytesIO
from typing import IO, Any

from babel.messages.extract import extract_python
from django.utils.translation.template import templatize


def of_template(
    file: IO[bytes], keywords: Mapping[str, Any], comment_tags: Collection[str], options: Any
) -> Iterator[Any]:
    """The messages of a Django template: Django rewrites its tags as calls of gettext, and those are read."""
    as_calls = templatize(file.read().decode())
    flat = "\n".join(line.strip() for line in as_calls.splitlines())  # HTML is not indented as Python is
    return extract_python(BytesIO(flat.encode()), keywords, comment_tags, options)
