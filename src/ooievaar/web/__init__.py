"""How does a person come in? Home, navigation, and the pages that join several rooms."""
