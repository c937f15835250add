from django.urls import path

from guideline import crosswalk_views, export_views, progress_views, views

app_name = "guideline"
urlpatterns = [
    path("guideline/", views.index, name="index"),
    path("guideline/crosswalk/", views.crosswalk, name="crosswalk"),
    path("guideline/crosswalk/<int:pk>/", crosswalk_views.item, name="crosswalk-item"),
    path("guideline/<slug:edition>/", views.index, name="edition"),
    path("guideline/<slug:edition>/progress/<slug:day>/", export_views.page, name="progress-on"),
    path(
        "guideline/<slug:edition>/progress/<slug:day>/table.<slug:form>",
        export_views.file,
        name="progress-file",
    ),
    path("guideline/<slug:edition>/progress-table/", progress_views.table, name="progress-table"),
    path(
        "guideline/<slug:edition>/progress-table/take/",
        progress_views.take,
        name="progress-table-take",
    ),
    path("guideline/<slug:edition>/<int:number>/", views.measure, name="measure"),
]
