"""What the reports on a project are kept with: a report is accepted long before its project ends."""

from casework import retention

retention.keep_with("report", "as_report__project_year__proposal")
retention.keep_with("collaboration_report", "as_collaboration_report__project_year__proposal")
