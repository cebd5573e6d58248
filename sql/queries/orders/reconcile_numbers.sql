-- What we know of supplier numbers $1 (text array): our_number, state, order_id.
select our_number, state, order_id from supplier_order where our_number = any ($1::text[])
