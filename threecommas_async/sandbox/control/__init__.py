"""What a test holds in its hand: the accounts of a sandbox, and the faults that its requests are to meet."""
