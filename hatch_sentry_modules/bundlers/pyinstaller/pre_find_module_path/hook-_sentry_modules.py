"""Adds the place of the generated module, which is made when all other hooks have run."""

from hatch_sentry_modules.bundlers.pyinstaller import analysis

pre_find_module_path = analysis.write_manifest
