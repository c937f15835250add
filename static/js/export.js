// "Select all" of the export page, whose own handler is defined in django-import-export's script.
document.querySelectorAll(".select-toggle").forEach((toggle) => {
  toggle.addEventListener("change", window.onSelectToggleChange);
});
