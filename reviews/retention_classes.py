"""What score sheets are kept with."""

from casework import retention

retention.keep_with("score_sheet", "as_score_sheet__proposal")
