"""What runs: workloads, servers, gates, and executors to run them on."""
