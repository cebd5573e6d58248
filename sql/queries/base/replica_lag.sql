-- How far this server is behind the one it copies.  One row: lag_ms bigint; 0 on a primary and on a connected replica that has
-- replayed all it received (without writes there is nothing newer); null when nothing was ever replayed.
select case
    when not pg_is_in_recovery() then 0
    when exists (select from pg_stat_wal_receiver) and pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() then 0
    else (extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000)::bigint
  end as lag_ms
