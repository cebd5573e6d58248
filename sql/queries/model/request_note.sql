-- Changes made on this connection from now on come from request $1 (audit.request); empty: from none.
select set_config('dropship.request', $1, false)
