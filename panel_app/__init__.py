"""The dashboard: a Panel application that reaches the service through `chisto.client` alone."""
