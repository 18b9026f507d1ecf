"""What happened: spans, traces, and what is said of them. Pure: no widgets, no pictures."""
