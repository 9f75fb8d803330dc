"""The pages of decisions about the books: what a year comes to, who bears a loss, months closed."""
