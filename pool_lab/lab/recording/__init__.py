"""Events of executors and futures that are not ours."""
