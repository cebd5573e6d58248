import { Card, Loaded, Page, useResource } from '../../ui';

export default function Dashboard() {
  const resource = useResource<unknown>('/api/v1/analytics/summary');
  return (
    <Page title="Dashboard">
      <Card title="As the API says it"><Loaded of={resource} what="Dashboard">{(data) => <pre>{JSON.stringify(data, null, 2)}</pre>}</Loaded></Card>
    </Page>
  );
}
