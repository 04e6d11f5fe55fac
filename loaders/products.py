"""Products."""

from sqlalchemy import select

from loaders.relations import Order, Relation, Rows, matching
from master.tables.base import table
from master.tables.policies import ProductRow

product = table(ProductRow)

product_rows = Rows("Product")

products_by_id = Relation("products_by_id", "one", select(product), key="id", rows=product_rows)
all_products = Relation(
    "all_products",
    "pages",
    select(product),
    key=None,
    rows=product_rows,
    order=Order(("code",)),
    filters={"matching": matching("id")},
    first=50,
)
product_names = select(product.c.id, product.c.code, product.c.name)
