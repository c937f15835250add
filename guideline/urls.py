from django.urls import path

from guideline import views

app_name = "guideline"
urlpatterns = [
    path("guideline/", views.index, name="index"),
    path("guideline/crosswalk/", views.crosswalk, name="crosswalk"),
    path("guideline/<slug:edition>/", views.index, name="edition"),
    path("guideline/<slug:edition>/<int:number>/", views.measure, name="measure"),
]
