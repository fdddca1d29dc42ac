"""What a machine executes before it has the sender's environment: the standard library of any Python from 3.8 on.

The modules here travel as an archive of their own (``bootstrap.parcel``), so they import nothing but each other;
``fetch`` travels in the user data itself, and imports nothing at all.
"""
