from django.urls import path

from accounts import views

app_name = "accounts"

urlpatterns = [
    path("organizations/", views.organization_list, name="organization-list"),
    path("organizations/new/", views.organization_new, name="organization-new"),
    path("organizations/invitations/<str:token>/", views.invitation, name="invitation"),
    path("organizations/<int:pk>/", views.organization_detail, name="organization-detail"),
    path("organizations/<int:pk>/edit/", views.organization_edit, name="organization-edit"),
    path(
        "organizations/<int:pk>/confirm/", views.organization_confirm, name="organization-confirm"
    ),
    path("organizations/<int:pk>/merge/", views.organization_merge, name="organization-merge"),
    path(
        "organizations/<int:pk>/restore/", views.organization_restore, name="organization-restore"
    ),
    path("organizations/<int:pk>/officers/", views.officer_list, name="officer-list"),
    path("organizations/<int:pk>/officers/add/", views.officer_add, name="officer-add"),
    path(
        "organizations/<int:pk>/officers/<int:officer_pk>/end/",
        views.officer_end,
        name="officer-end",
    ),
    path("organizations/<int:pk>/members/", views.member_list, name="member-list"),
    path("organizations/<int:pk>/members/invite/", views.member_invite, name="member-invite"),
    path("organizations/<int:pk>/members/<int:member_pk>/", views.member_edit, name="member-edit"),
    path(
        "organizations/<int:pk>/members/<int:member_pk>/end/", views.member_end, name="member-end"
    ),
    path(
        "organizations/<int:pk>/members/invitations/<int:invitation_pk>/revoke/",
        views.invitation_revoke,
        name="invitation-revoke",
    ),
    path("people/", views.person_list, name="person-list"),
    path("people/add/", views.person_add, name="person-add"),
    path("people/me/", views.profile, name="profile"),
    path("people/first/<str:token>/", views.first_administrator, name="first-administrator"),
    path("people/<int:pk>/", views.person_detail, name="person-detail"),
    path("people/<int:pk>/duties/add/", views.duty_add, name="duty-add"),
    path("people/<int:pk>/duties/<int:duty_pk>/end/", views.duty_end, name="duty-end"),
    path("people/<int:pk>/reset-link/", views.reset_link, name="reset-link"),
]
