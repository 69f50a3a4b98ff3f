"""The SDKs that the run-time tests install beside the newest one."""

OLDEST = ("sentry-sdk==1.5.12", "setuptools<81")  # its stock list comes from pkg_resources
