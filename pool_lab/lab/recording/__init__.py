"""Records the events of executors and futures, also of other libraries."""
