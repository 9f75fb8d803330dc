"""The pages of the books, for who keeps them and who audits them."""
