"""People and organisations in the admin."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from accounts import services
from accounts.models import Membership, Organisation, User


class MembershipInline(TabularInline):
    """What a user may do where."""

    model = Membership
    extra = 0


@admin.register(User)
class UserAdmin(DjangoUserAdmin[User], ModelAdmin):
    """Accounts are known by e-mail."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("email", "name", "is_service", "is_staff", "is_active")
    list_filter = ("is_staff", "is_service", "memberships__role")
    search_fields = ("email", "name")
    ordering = ("email",)
    inlines: ClassVar = [MembershipInline]
    fieldsets = (
        (None, {"fields": ("email", "password", "name", "language")}),
        (_("rights"), {"fields": ("is_active", "is_staff", "is_superuser", "is_service", "groups")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "password1", "password2")}),)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            services.note_address(obj)


@admin.register(Organisation)
class OrganisationAdmin(ModelAdmin):
    """Who answers for something."""

    list_display = ("code", "kind", "name_zh", "name_en", "is_steering", "parent")
    list_filter = ("kind", "is_steering")
    search_fields = ("code", "name_zh", "name_en")
    ordering = ("code",)


@admin.register(Membership)
class MembershipAdmin(ModelAdmin):
    """Roles."""

    list_display = ("user", "role", "organisation")
    list_filter = ("role", "organisation")
    list_select_related = ("user", "organisation")
    ordering = ("organisation__code", "user__email", "pk")
