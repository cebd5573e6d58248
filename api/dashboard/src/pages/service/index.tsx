import { Card, Loaded, Page, useResource } from '../../ui';

export default function Service() {
  const resource = useResource<unknown>('/api/v1/messages');
  return (
    <Page title="Service">
      <Card title="As the API says it"><Loaded of={resource} what="Service">{(data) => <pre>{JSON.stringify(data, null, 2)}</pre>}</Loaded></Card>
    </Page>
  );
}
