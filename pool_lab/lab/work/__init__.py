"""What runs: workloads, servers, gates, and the executors to run them on."""
