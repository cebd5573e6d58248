import { Card, Loaded, Page, useResource } from '../../ui';

export default function Automation() {
  const resource = useResource<unknown>('/api/v1/flows');
  return (
    <Page title="Automation">
      <Card title="As the API says it"><Loaded of={resource} what="Automation">{(data) => <pre>{JSON.stringify(data, null, 2)}</pre>}</Loaded></Card>
    </Page>
  );
}
