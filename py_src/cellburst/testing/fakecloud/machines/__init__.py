"""Machines that are really booted: processes that believe they are alone on an EC2 instance."""
