import { Card, Loaded, Page, useResource } from '../../ui';

export default function Approvals() {
  const resource = useResource<unknown>('/api/v1/approvals');
  return (
    <Page title="Approvals">
      <Card title="As the API says it"><Loaded of={resource} what="Approvals">{(data) => <pre>{JSON.stringify(data, null, 2)}</pre>}</Loaded></Card>
    </Page>
  );
}
