// Jobs: the queues and who works on them, the jobs in each state, what ran, and what goes wrong.

import type { ComponentType } from 'react';
import { Page, Tabs, useParams } from '../../ui';
import { SavedViews } from '../views';
import { ErrorsTab } from './errors';
import { JobSheet } from './job';
import { JobsTab } from './list';
import { OverviewTab } from './overview';
import { RunsTab } from './runs';
import './jobs.css';

const tabs = [
  { id: 'overview', title: 'Queues' },
  { id: 'jobs', title: 'Jobs' },
  { id: 'runs', title: 'Runs' },
  { id: 'errors', title: 'Errors' },
];

const bodies: Record<string, ComponentType> = { overview: OverviewTab, jobs: JobsTab, runs: RunsTab, errors: ErrorsTab };

const defaults = { tab: 'overview', open: '' };

export default function Jobs() {
  const [{ tab, open }, set] = useParams(defaults);
  const Body = bodies[tab] ?? OverviewTab;
  return (
    <Page title="Jobs" actions={<SavedViews />}>
      <Tabs label="Parts of jobs" items={tabs} drop={['cursor', 'back', 'open', 'state', 'queue', 'type', 'outcome', 'error', 'arg', 'q']} />
      <Body />
      {open ? <JobSheet jid={open} onClose={() => set({ open: null })} /> : null}
    </Page>
  );
}
