"""What do all pages share? The base page, its look, security headers, tables."""
