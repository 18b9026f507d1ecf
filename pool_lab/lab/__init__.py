"""The laboratory: watch any executor work, race one against another, and see why."""
