"""Pages about groups and people. What you may not see is 404, what you may not do is 403."""
