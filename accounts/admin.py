"""The tables behind the pages: departments and groups come in and out, the rest is only read.

What has rules (memberships, duties, confirmation) is done on the pages, which keep them.
"""

from django.contrib import admin

from accounts import resources
from accounts.kept_admin import KeptAdmin
from accounts.models import Change, Department, Duty, Membership, Organization, User


class ReadAdmin(admin.ModelAdmin):
    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Department)
class DepartmentAdmin(KeptAdmin):
    resource_classes = [resources.DepartmentResource]
    list_display = ["name", "valid_from", "valid_until", "successor", "mailbox"]
    list_select_related = ["successor"]
    search_fields = ["name", "name_en"]
    ordering = ["name", "valid_from"]


@admin.register(Organization)
class OrganizationAdmin(KeptAdmin):
    resource_classes = [resources.OrganizationResource]
    list_display = ["name", "name_kana", "corporate_number", "confirmed_at", "merged_into"]
    list_select_related = ["merged_into"]
    search_fields = ["name", "name_kana", "corporate_number"]
    readonly_fields = ["confirmed_at", "confirmed_by", "merged_into"]
    ordering = ["name_key", "pk"]


@admin.register(User)
class UserAdmin(ReadAdmin):
    fields = ["email", "name", "language", "is_active", "is_staff", "date_joined", "last_login"]
    list_display = ["name", "email", "is_active", "is_staff", "last_login"]
    search_fields = ["name", "email"]
    ordering = ["name", "pk"]


@admin.register(Duty)
class DutyAdmin(ReadAdmin):
    list_display = ["user", "role", "department", "post", "valid_from", "valid_until"]
    list_filter = ["role"]
    list_select_related = ["user", "department"]
    ordering = ["user__name", "valid_from", "pk"]


@admin.register(Membership)
class MembershipAdmin(ReadAdmin):
    list_display = ["user", "organization", "role", "valid_from", "valid_until"]
    list_select_related = ["user", "organization"]
    ordering = ["organization__name_key", "pk"]


@admin.register(Change)
class ChangeAdmin(ReadAdmin):
    list_display = ["at", "what", "organization", "user", "by"]
    list_filter = ["what"]
    list_select_related = ["organization", "user", "by"]
    ordering = ["-pk"]
