-- Findings of earlier checks that this one (this transaction) does not have any more.
delete from setup_finding where at < now()
