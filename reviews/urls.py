from django.urls import path

from . import conflict_views, office_views, views

app_name = "reviews"

urlpatterns = [
    path("sheets/<int:pk>/", views.sheet, name="sheet"),
    path("sheets/<int:pk>/conflict/", views.sheet_conflict, name="sheet-conflict"),
    path("office/selection/", office_views.rounds, name="rounds"),
    path("office/rounds/<int:pk>/selection/", office_views.selection, name="selection"),
    path("office/rounds/<int:pk>/selection/rubric/", office_views.rubric, name="rubric"),
    path("office/rounds/<int:pk>/selection/preset/", office_views.preset, name="preset"),
    path("office/rounds/<int:pk>/selection/date/", office_views.scoring_date, name="scoring-date"),
    path("office/rounds/<int:pk>/selection/seats/", office_views.seat_add, name="seat-add"),
    path("office/rounds/<int:pk>/selection/conflicts/", office_views.conflict_add, name="conflict-add"),
    path("office/rounds/<int:pk>/selection/ties/", office_views.ties, name="ties"),
    path("office/rounds/<int:pk>/selection/amounts/", office_views.amounts, name="amounts"),
    path("office/rounds/<int:pk>/selection/possible-conflicts/", conflict_views.possible, name="possible-conflicts"),
    path("office/rounds/<int:pk>/selection/possible-conflicts/search/", conflict_views.possible_search, name="possible-search"),
    path("office/possible-conflicts/<int:pk>/", conflict_views.possible_answer, name="possible-answer"),
    path("office/rounds/<int:pk>/selection/decision/", office_views.decision, name="decision"),
    path("office/seats/<int:pk>/end/", office_views.seat_end, name="seat-end"),
    path("office/conflicts/<int:pk>/lift/", office_views.conflict_lift, name="conflict-lift"),
]  # fmt: skip
