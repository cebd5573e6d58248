-- Whether an entry of the activity can be undone just now, and the sentence why.  src: "audit", "order", "product"; what: "order.hold",
-- "product.listed", ...; subject: "order:7", a setting's name; numbers: the entry's detail.  Asked for a page's rows and again
-- before it is done.
create function activity_undo(src text, entry_id bigint, what text, subject text, numbers jsonb)
returns table (possible boolean, why text) language plpgsql stable as $$
declare
  about bigint := case when subject ~ '^(order|product):[0-9]{1,18}$' then split_part(subject, ':', 2)::bigint end;
  state_now text;
  detail_now text;
begin
  possible := false;
  why := 'Nothing is known that undoes it.';
  if src = 'audit' and what = 'setting.change' and subject <> 'stop' then
    possible := not exists (select 1 from audit a where a.subject = activity_undo.subject and a.action = 'setting.change'
                                                    and a.id > entry_id);
    why := case when possible then 'It is set back to ' || coalesce(nullif(numbers ->> 'old', ''), 'nothing') || '.'
                else 'It was changed again since.' end;
  elsif src = 'audit' and (what like 'stop.%' or subject = 'stop') then
    why := 'STOP is switched by STOP and Resume.';
  elsif src = 'audit' and what in ('queue.pause', 'queue.resume') then
    possible := not exists (select 1 from audit a where a.subject = activity_undo.subject
                                                    and a.action in ('queue.pause', 'queue.resume') and a.id > entry_id);
    why := case when not possible then 'The queue was paused or resumed again since.'
                when what = 'queue.pause' then 'The queue is resumed.' else 'The queue is paused again.' end;
  elsif src = 'audit' and what in ('order.hold', 'order.release') then
    select o.state, case when what = 'order.hold' then o.hold_code else o.released_by end into state_now, detail_now
    from shop_order o where o.id = about;
    possible := case when what = 'order.hold' then state_now = 'held' and detail_now = 'PERSON'
                     else state_now in ('received', 'waiting', 'flagged', 'approval') and detail_now is not null end
      and not exists (select 1 from audit a where a.subject = activity_undo.subject
                                              and a.action in ('order.hold', 'order.release', 'order.rejudge') and a.id > entry_id);
    possible := coalesce(possible, false);
    why := case when possible and what = 'order.hold' then 'The rules decide about the order again.'
                when possible then 'The order is held before it is placed.'
                else 'The order is ' || coalesce(state_now, 'gone') || ' by now.' end;
  elsif src = 'audit' and what = 'product.reprice' and numbers ? 'before_minor' then
    select p.state into state_now from product p where p.id = about;
    possible := coalesce(state_now in ('listed', 'on_hold'), false)
      and not exists (select 1 from audit a where a.subject = activity_undo.subject and a.action = 'product.reprice' and a.id > entry_id);
    why := case when possible then 'The price goes back, if the rules of listing still let it.'
                when state_now in ('listed', 'on_hold') then 'It was priced again since.'
                else 'The product is ' || coalesce(state_now, 'gone') || ' by now.' end;
  elsif (src = 'product' and what = 'product.listed') or (src = 'audit' and what = 'product.approved') then
    select p.state into state_now from product p where p.id = about;
    possible := coalesce(state_now in ('listed', 'on_hold', 'publishing'), false);
    why := case when possible then 'The product is taken out of the shop.'
                else 'The product is ' || coalesce(state_now, 'gone') || ' by now.' end;
  elsif what like 'product.unlist%' then
    why := 'What was taken out of the shop is not put back: it is judged anew when it is found again.';
  elsif what = 'product.rejected' then
    why := 'A rejection is remembered; a product is judged anew when a setting changes or it is found again.';
  elsif src = 'audit' and what like 'job%' then
    why := 'A job that was moved runs, has run or is gone.';
  elsif src = 'audit' and what like 'key.%' then
    why := 'A key is shown once: revoke it and make another.';
  elsif src = 'order' and what in ('order.placed', 'order.paid') then
    why := 'The supplier has the order and the money; only its support can call it back.';
  elsif src = 'order' and what = 'order.held' then
    why := 'Release the order to overrule the rule.';
  elsif src in ('order', 'product') then
    why := 'It tells what happened; there is no act to take back.';
  end if;
  return next;
end $$;
