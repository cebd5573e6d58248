import { Card, Loaded, Page, useResource } from '../../ui';

export default function Jobs() {
  const resource = useResource<unknown>('/api/v1/jobs');
  return (
    <Page title="Jobs">
      <Card title="As the API says it"><Loaded of={resource} what="Jobs">{(data) => <pre>{JSON.stringify(data, null, 2)}</pre>}</Loaded></Card>
    </Page>
  );
}
