"""Shows on a real server what events from a bundle carry, with the stock SDK and with a manifest.

``make demo`` runs it. It needs the standard library alone and sets up all else: what may be kept
goes below the user's cache directory (``cache``), what belongs to one run into a folder of its
own. A way to bundle is one function in ``bundles``, an application one folder in ``fixtures``.
"""
