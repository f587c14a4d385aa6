"""The controls of a test: accounts, pairs, prices and signals, and the faults to inject.

Methods that make bots and deals act are awaited: prices and signals. Methods that only set up are not: accounts, pairs,
faults.
"""
