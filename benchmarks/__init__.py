"""What the library costs, beside what its users would use instead: ``python -m benchmarks``.

Nothing here is a test: it measures, and prints one table. Every contestant talks to the same server, which runs in a
process of its own on the loopback interface. Contestants take turns within each round, so that whatever else the
machine does hits all of them; a ratio is the median of the ratios of the single rounds.
"""
