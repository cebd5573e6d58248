import { Card, Loaded, Page, useResource } from '../../ui';

export default function Ads() {
  const resource = useResource<unknown>('/api/v1/analytics/ads');
  return (
    <Page title="Ads">
      <Card title="As the API says it"><Loaded of={resource} what="Ads">{(data) => <pre>{JSON.stringify(data, null, 2)}</pre>}</Loaded></Card>
    </Page>
  );
}
