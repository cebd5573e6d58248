-- Findings of earlier checks that this one (this transaction) does not have any more; that of the visits is not of this check.
delete from setup_finding where at < now() and name <> 'sessions'
