"""What is there: regions, trade, network, river and projects as checked tables (the Belt), read and written exactly.

>>> from yijiang.belt import case
>>> case("tiny").sectors
['farm', 'materials', 'machines', 'services']
"""

from yijiang.belt.blank import new
from yijiang.belt.cases import case, cases
from yijiang.belt.model import Belt
from yijiang.belt.reading import read
from yijiang.belt.schema import Attribute, Schema, needed_tables, schemas
from yijiang.belt.writing import write, write_datapackage

__all__ = [
    "Attribute",
    "Belt",
    "Schema",
    "case",
    "cases",
    "needed_tables",
    "new",
    "read",
    "schemas",
    "write",
    "write_datapackage",
]
