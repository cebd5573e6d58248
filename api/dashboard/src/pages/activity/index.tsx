import { Card, Loaded, Page, useResource } from '../../ui';

export default function Activity() {
  const resource = useResource<unknown>('/api/v1/activity');
  return (
    <Page title="Activity">
      <Card title="As the API says it"><Loaded of={resource} what="Activity">{(data) => <pre>{JSON.stringify(data, null, 2)}</pre>}</Loaded></Card>
    </Page>
  );
}
