// Automation: the flows with their modes and intervals, the settings behind them, the outside services, and the keys.

import type { ComponentType } from 'react';
import { Page, Tabs, useParams } from '../../ui';
import { FlowsTab } from './flows';
import { KeysTab } from './keys';
import { ServicesTab } from './services';
import { SettingsTab } from './settings';
import './automation.css';

const tabs = [
  { id: 'flows', title: 'Flows' },
  { id: 'settings', title: 'Settings' },
  { id: 'health', title: 'Services' },
  { id: 'keys', title: 'Keys' },
];

const bodies: Record<string, ComponentType> = { flows: FlowsTab, settings: SettingsTab, health: ServicesTab, keys: KeysTab };

const defaults = { tab: 'flows' };

export default function Automation() {
  const [{ tab }] = useParams(defaults);
  const Body = bodies[tab] ?? FlowsTab;
  return (
    <Page title="Automation">
      <Tabs label="Parts of automation" items={tabs} drop={['q', 'open']} />
      <Body />
    </Page>
  );
}
