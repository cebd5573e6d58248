import { Card, Loaded, Page, useResource } from '../../ui';

export default function Orders() {
  const resource = useResource<unknown>('/api/v1/orders');
  return (
    <Page title="Orders">
      <Card title="As the API says it"><Loaded of={resource} what="Orders">{(data) => <pre>{JSON.stringify(data, null, 2)}</pre>}</Loaded></Card>
    </Page>
  );
}
