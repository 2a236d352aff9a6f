"""What `evaluate` measures: the product itself, on pictures and clips that the user supplies."""
