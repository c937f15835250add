from django.urls import path

from guideline import (
    comparison_views,
    crosswalk_views,
    edition_year_views,
    export_views,
    measure_text_views,
    month_views,
    progress_views,
    views,
    year_file_views,
    year_views,
)

app_name = "guideline"
urlpatterns = [
    path("guideline/", views.index, name="index"),
    path("guideline/crosswalk/", views.crosswalk, name="crosswalk"),
    path("guideline/crosswalk/<int:pk>/", crosswalk_views.item, name="crosswalk-item"),
    path("guideline/compare/<slug:before>/<slug:after>/", comparison_views.page, name="comparison"),
    path(
        "guideline/compare/<slug:before>/<slug:after>/table.<slug:form>",
        comparison_views.file,
        name="comparison-file",
    ),
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
    path("guideline/<slug:edition>/years/", edition_year_views.statuses, name="statuses"),
    path(
        "guideline/<slug:edition>/years/<int:fiscal_year>/",
        edition_year_views.page,
        name="edition-year",
    ),
    path(
        "guideline/<slug:edition>/years/<int:fiscal_year>/record/",
        edition_year_views.record,
        name="year-record",
    ),
    path(
        "guideline/<slug:edition>/years/<int:fiscal_year>/table.<slug:form>",
        year_file_views.file,
        name="year-file",
    ),
    path(
        "guideline/<slug:edition>/years/<int:fiscal_year>/begun.<slug:form>",
        year_file_views.begun,
        name="year-begun",
    ),
    path(
        "guideline/<slug:edition>/years/<int:fiscal_year>/upload/",
        year_file_views.upload,
        name="year-upload",
    ),
    path(
        "guideline/<slug:edition>/years/<int:fiscal_year>/upload/take/",
        year_file_views.take,
        name="year-take",
    ),
    path("guideline/<slug:edition>/<int:number>/", views.measure, name="measure"),
    path(
        "guideline/<slug:edition>/<int:number>/text/",
        measure_text_views.page,
        name="measure-text",
    ),
    path(
        "guideline/<slug:edition>/<int:number>/years/<int:fiscal_year>/",
        year_views.measure_year,
        name="measure-year",
    ),
    path(
        "guideline/<slug:edition>/<int:number>/years/<int:fiscal_year>/months/",
        month_views.page,
        name="measure-months",
    ),
    path(
        "guideline/<slug:edition>/<int:number>/years/<int:fiscal_year>/history/",
        year_views.history,
        name="year-history",
    ),
    path(
        "guideline/<slug:edition>/<int:number>/years/<int:fiscal_year>/figures/",
        year_views.figure,
        name="figure-add",
    ),
    path(
        "guideline/<slug:edition>/<int:number>/years/<int:fiscal_year>/figures/<int:pk>/",
        year_views.figure,
        name="figure",
    ),
    path(
        "guideline/<slug:edition>/<int:number>/years/<int:fiscal_year>/figures/<int:pk>/strike/",
        year_views.strike_figure,
        name="figure-strike",
    ),
]
