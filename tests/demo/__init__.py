"""The sample application's bundles on a real server, and what shows them."""
