"""What bench/overhead and bench/compare are made of: workloads, tools, and ways to run one under the other."""
