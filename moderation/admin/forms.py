"""The small forms of a report's page, one for each thing that can be decided there."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.models import Organisation
from moderation.admin.case import Case
from moderation.reasons import Reason as Screening
from reports import workflow
from reports.errors import PhotoRefused
from reports.models import Photo, Report
from reports.photos import judge
from reports.workflow import Status, Visibility
from routing.models import Category
from tickets.workflow import Reason as TicketReason

MAX_TEXT = 4000
Choices = list[tuple[str, Any]]
EMPTY: Choices = [("", "–")]


class ActForm(forms.Form):
    """A form that knows the report it is about."""

    def __init__(self, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case = case
        self.prepare()

    def prepare(self) -> None:
        """Offer what is possible for this report."""

    def offer(self, name: str, choices: Any) -> None:
        """What may be chosen in a field."""
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices


class JustDo(ActForm):
    """Nothing to fill in."""


def words(label: Any, *, required: bool = True, help_text: Any = "") -> forms.CharField:
    """A field for what is said."""
    widget = UnfoldAdminTextareaWidget(attrs={"rows": 3})
    return forms.CharField(
        label=label, max_length=MAX_TEXT, required=required, widget=widget, help_text=help_text
    )


def choice(label: Any, choices: Any = (), *, required: bool = True) -> forms.ChoiceField:
    """A field for one of a few."""
    return forms.ChoiceField(
        label=label, choices=list(choices), required=required, widget=UnfoldAdminSelectWidget()
    )


class Say(ActForm):
    """Public words."""

    text = words(_("public text"))


class SayInside(ActForm):
    """Words for those who work on it."""

    text = words(_("what is missing"))


class SayOrNot(ActForm):
    """Public words that may be left to the executor."""

    text = words(_("public text"), required=False, help_text=_("Empty: the note of whoever did the work."))


class Finish(ActForm):
    """Finished work."""

    reason = choice(_("result"), [(r.value, r.label) for r in sorted(workflow.REASONS[Status.RESOLVED])])
    text = words(_("public text"))
    proof = forms.FileField(label=_("photo of the work"), required=False, widget=UnfoldAdminFileFieldWidget())

    def prepare(self) -> None:
        is_problem = self.case.report.kind == Report.Kind.PROBLEM
        self.fields["reason"].initial = workflow.Reason.FIXED if is_problem else workflow.Reason.ANSWERED

    def clean_proof(self) -> Any:
        """A photo is judged by its content before anything is kept."""
        file = self.cleaned_data["proof"]
        if file is not None:
            try:
                judge(file, file.size)
            except PhotoRefused as refusal:
                raise forms.ValidationError(str(refusal)) from refusal
        return file


class DeclineTicket(ActForm):
    """Why the organisation does not take it."""

    reason = choice(_("reason"), TicketReason.choices)
    text = words(_("in words"), required=False)


class HandOver(DeclineTicket):
    """To whom it goes."""

    to = choice(_("to"))
    field_order = ("to", "reason", "text")

    def prepare(self) -> None:
        self.offer("to", organisations())

    def clean_to(self) -> Organisation:
        """The organisation itself."""
        return Organisation.objects.get(code=self.cleaned_data["to"])


class Assign(ActForm):
    """Who answers, who works, and what it really is about."""

    organisation = choice(_("answers for it"))
    executor = choice(_("does the work"), required=False)
    category = choice(_("category"))

    def prepare(self) -> None:
        report, rules = self.case.report, self.case.report.decision
        known = organisations()
        self.offer("organisation", EMPTY + known)
        self.offer("executor", EMPTY + known)
        self.offer("category", categories())
        responsible = report.responsible.code if report.responsible else None
        self.fields["organisation"].initial = responsible or rules.get("organisation")
        self.fields["executor"].initial = rules.get("executor")
        self.fields["category"].initial = report.category.code

    def clean(self) -> dict[str, Any]:
        """The rows behind the codes."""
        given = super().clean() or {}
        for name in ("organisation", "executor"):
            code = given.get(name)
            given[name] = Organisation.objects.filter(code=code).first() if code else None
        if code := given.get("category"):
            given["category"] = Category.objects.get(code=code)
        return given


class Close(ActForm):
    """An end: its reason, its words, and whom it names."""

    status = choice(_("end"))
    reason = choice(_("reason"))
    text = words(_("public text"))
    redirected_to = forms.CharField(
        label=_("who answers for it"),
        max_length=200,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("For what belongs to someone outside."),
    )
    duplicate_of = forms.CharField(
        label=_("reference of the first report"),
        max_length=20,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("For a duplicate."),
    )

    def prepare(self) -> None:
        ends = [Status(value) for value in self.case.legal_ends()]
        reasons = {reason for end in ends for reason in workflow.REASONS[end]}
        self.offer("status", [(end.value, end.label) for end in ends])
        shown = [(r.value, r.label) for r in workflow.Reason if r in reasons]
        self.offer("reason", shown)

    def clean_duplicate_of(self) -> Report | None:
        """The report behind a reference, if this person may see it."""
        reference = self.cleaned_data["duplicate_of"].strip()
        if not reference:
            return None
        found = Report.objects.visible_to(self.case.viewer).filter(reference=reference).first()
        if found is None:
            raise forms.ValidationError(_("There is no report with this reference."))
        return found


class Reopen(ActForm):
    """Where a closed report goes on."""

    status = choice(_("goes on as"))

    def prepare(self) -> None:
        legal = [Status(value) for value in self.case.legal_openings()]
        self.offer("status", [(s.value, s.label) for s in legal])


class Show(ActForm):
    """Who may read it, and why."""

    visibility = choice(_("who may read it"))
    reason = choice(_("reason"), Screening.choices)

    def prepare(self) -> None:
        legal = [Visibility(value) for value in self.case.legal_visibilities()]
        self.offer("visibility", [(v.value, v.label) for v in legal])


class PublishPhoto(ActForm):
    """Which photo."""

    photo = forms.CharField(widget=forms.HiddenInput())

    def clean_photo(self) -> Photo:
        """The photo itself, of this report and no other."""
        found = Photo.objects.filter(report=self.case.report, code=self.cleaned_data["photo"]).first()
        if found is None:
            raise forms.ValidationError(_("This photo is not of this report."))
        return found


def organisations() -> Choices:
    """Every organisation by its name."""
    return [(row.code, row.name) for row in Organisation.objects.order_by("kind", "code")]


def categories() -> Choices:
    """Every category that something is reported under, by its name."""
    leaves = Category.objects.filter(is_active=True).exclude(kinds=[]).order_by("parent__code", "code")
    return [(row.code, row.name) for row in leaves]
