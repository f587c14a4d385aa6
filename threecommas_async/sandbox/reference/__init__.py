"""What is so in every sandbox: markets, currencies and prices, networks, the past, the API's endpoints."""
