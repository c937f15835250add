from django.urls import path

from accounts.views import (
    change_over,
    groups,
    invitations,
    logins,
    members,
    officers,
    people,
    profile,
)

app_name = "accounts"

GROUP = "organizations/<int:pk>/"
PERSON = "people/<int:pk>/"

urlpatterns = [
    path("organizations/", groups.organization_list, name="organization-list"),
    path("organizations/new/", groups.organization_new, name="organization-new"),
    path("organizations/invitations/<str:token>/", invitations.invitation, name="invitation"),
    path(GROUP, groups.organization_detail, name="organization-detail"),
    path(GROUP + "edit/", groups.organization_edit, name="organization-edit"),
    path(GROUP + "confirm/", groups.organization_confirm, name="organization-confirm"),
    path(GROUP + "merge/", groups.organization_merge, name="organization-merge"),
    path(GROUP + "restore/", invitations.organization_restore, name="organization-restore"),
    path(GROUP + "officers/", officers.officer_list, name="officer-list"),
    path(GROUP + "officers/add/", officers.officer_add, name="officer-add"),
    path(GROUP + "officers/<int:officer_pk>/end/", officers.officer_end, name="officer-end"),
    path(GROUP + "members/", members.member_list, name="member-list"),
    path(GROUP + "members/invite/", invitations.member_invite, name="member-invite"),
    path(GROUP + "members/<int:member_pk>/", members.member_edit, name="member-edit"),
    path(GROUP + "members/<int:member_pk>/end/", members.member_end, name="member-end"),
    path(
        GROUP + "members/invitations/<int:invitation_pk>/revoke/",
        invitations.invitation_revoke,
        name="invitation-revoke",
    ),
    path("people/", people.person_list, name="person-list"),
    path("people/add/", people.person_add, name="person-add"),
    path("people/duties/", change_over.change_over, name="change-over"),
    path("people/duties/begin/", change_over.duty_begin, name="duty-begin"),
    path("people/me/", profile.profile, name="profile"),
    path("people/first/<str:token>/", logins.first_administrator, name="first-administrator"),
    path(PERSON, people.person_detail, name="person-detail"),
    path(PERSON + "duties/add/", people.duty_add, name="duty-add"),
    path(PERSON + "duties/<int:duty_pk>/end/", people.duty_end, name="duty-end"),
    path(PERSON + "reset-link/", logins.reset_link, name="reset-link"),
    path(PERSON + "log-in/close/", logins.login_close, name="login-close"),
    path(PERSON + "log-in/reopen/", logins.login_reopen, name="login-reopen"),
]
