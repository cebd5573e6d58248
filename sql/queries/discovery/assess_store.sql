-- What a judgement of product $1 found: the supplier's facts $2 (json, NULL keeps them), name $3, category $4 (NULL keeps them), landed cost
-- $5, price $6, contribution $7 and margin $8 of the worst variant and market in currency $9 (NULL = none), opportunity $10, stock of all variants $11.
update product
set detail = coalesce($2::jsonb, detail), name = coalesce($3, name), category = coalesce($4, category), landed_minor = $5::bigint,
    price_minor = $6::bigint, margin_minor = $7::bigint, margin_ppm = $8::bigint, shop_currency = $9, opportunity_e4 = $10::bigint,
    stock = coalesce($11::bigint, stock)
where id = $1::bigint
