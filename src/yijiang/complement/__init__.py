"""Where regions complement each other: complexity of what they make, and four channels between two of them."""
