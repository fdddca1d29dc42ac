"""The policies of AWS that we need: plain data, made by functions of the place they are for.

``user``: what a person needs. ``machine``: the most that any machine may, and what those of one run may.
``bucket``: what nobody may do with a bucket of ours.
"""

from cellburst.account.policies.bucket import bucket_policy
from cellburst.account.policies.document import Document, written
from cellburst.account.policies.machine import boundary_policy, run_policy, trust_policy
from cellburst.account.policies.user import user_policy

__all__ = ["Document", "boundary_policy", "bucket_policy", "run_policy", "trust_policy", "user_policy", "written"]
