-- Proposal $1, locked until the transaction ends; no row when there is none.  kind, subject, text, detail, state, decided_by
select kind, subject, text, detail::text as detail, state, decided_by from proposal where id = $1::bigint for update
