"""Questions about customers."""

from loaders.customers import all_customers, customers_by_id
from schema.customer_keys import CustomerFilter, CustomerKey, CustomerOrder
from schema.customers import Customer, CustomerConnection
from schema.described import described
from schema.fields import loaded_by
from schema.finding import found_by
from schema.ids import CUSTOMER


@described
class CustomerQuery:
    """Questions about customers."""

    customer: Customer | None = found_by(
        customers_by_id, CUSTOMER, key=CustomerKey, among=all_customers, told=("numbers", "number")
    )
    """One customer, by exactly one key; null where there is none in sight.

    A document held by several answers AMBIGUOUS with their numbers in extensions. The number or source key of
    a merged customer answers with the survivor, its id with MERGED and the survivor's id in extensions.
    """
    customers: CustomerConnection | None = loaded_by(
        all_customers, key=None, filter=CustomerFilter, order_by=CustomerOrder
    )
    """All customers that fit the filter."""
