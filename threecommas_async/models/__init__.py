"""The classes that the API's answers become, one file for each family of entities.

The package offers them all by name: ``from threecommas_async import Account``.
"""
