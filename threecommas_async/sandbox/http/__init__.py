"""From a request to a handler and back: signatures, limits, faults, forms, refusals; no endpoint is known here."""
