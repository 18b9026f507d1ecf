"""What happened: spans, traces, and sentences about them. Pure: no clock, no widgets, no pictures."""
