"""Every way in which an application lies on disk and starts, judged by the code that it imports."""
