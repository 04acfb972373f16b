"""Language models: one client, its circuit breaker, its prompt."""
