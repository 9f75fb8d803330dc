"""Tags and filters of all pages: `{% load ooievaar %}`."""
