-- Look-ups of discovery that read a whole table which only grows: what a product sold (each assessment and each watch), the
-- accepted proposal that a repricing carries out, and the timeline of a product with its calls of text models.
create index order_line_sku on order_line (sku);
create index proposal_subject on proposal (subject, id);
create index ai_call_subject on ai_call (subject, id);
