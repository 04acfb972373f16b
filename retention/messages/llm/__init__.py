"""Templates from a language model: the client, its circuit breaker and its prompt."""
