-- What somebody wrote: $1 name, $2 e-mail, $3 subject, $4 text, $5 the order as he names it, $6 his address, $7 state.  The order is
-- taken for his when its name and e-mail fit.  id
insert into contact_message (name, email, subject, text, order_text, order_id, address, state)
values ($1, $2, $3, $4, $5,
        (select id from shop_order where $5::text is not null and name in ($5, '#' || ltrim($5, '#'))
           and customer_key = lower($2) order by created_at desc limit 1), $6, $7)
returning id
