"""The inspector of futures."""
