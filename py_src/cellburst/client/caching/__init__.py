"""Results that are taken from earlier runs: what a task's key is made from, and which keys have a result.

``code``, ``objects``, ``modules`` and ``environment`` tell apart what could make another result; ``keys`` puts it
together, ``lookup`` asks the store. Whatever cannot be told for certain is a miss and never a wrong hit.
"""
