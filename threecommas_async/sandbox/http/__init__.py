"""From a request to its handler and back: signatures, limits, faults, forms, refusals; knows no endpoint."""
