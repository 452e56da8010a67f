"""Trainings that save themselves before the instance is stopped.

One module for each framework, imported only by those who use it: `transformers`, `lightning`,
`pytorch_lightning`, `accelerate`, and `torch` for hand-written loops. Each has a `SaveBeforeStop`.
"""
