import { Card, Loaded, Page, useResource } from '../../ui';

export default function Products() {
  const resource = useResource<unknown>('/api/v1/products');
  return (
    <Page title="Products">
      <Card title="As the API says it"><Loaded of={resource} what="Products">{(data) => <pre>{JSON.stringify(data, null, 2)}</pre>}</Loaded></Card>
    </Page>
  );
}
