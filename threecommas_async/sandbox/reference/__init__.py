"""What is the same in every sandbox: markets, currencies and prices, networks, histories, the API's endpoints."""
