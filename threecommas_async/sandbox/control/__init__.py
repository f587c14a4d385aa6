"""What a test holds in its hand: accounts, pairs, prices and signals, and the faults that requests are to meet.

What lets bots and deals act is awaited: prices and signals. What only sets up is not: accounts, pairs, faults.
"""
