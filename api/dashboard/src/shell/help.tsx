// The list of keys, and the switch for the single ones.

import { activeHotkeys, singleKeys } from '../lib/hotkeys';
import { makeStore, useStore } from '../lib/store';
import { Dialog } from '../ui/dialog';
import { Switch } from '../ui/field';

export const helpOpen = makeStore(false);

// Keys of panels, which are named although none is open.
const ofPanels = [{ keys: 'x', help: 'Select the row, in lists where many can be chosen' }, { keys: 'r', help: 'Retry, in the panel of a job' }, { keys: 'e', help: 'Edit the texts, in the panel of a product' }];

function Keys({ keys }: { keys: string }) {
  return <>{keys.split(' ').map((key) => <kbd key={key}>{key}</kbd>)}</>;
}

export function HelpHost() {
  const open = useStore(helpOpen);
  const on = useStore(singleKeys);
  if (!open) return null;
  const seen = new Map(activeHotkeys().map((hotkey) => [hotkey.keys, hotkey]));
  return (
    <Dialog title="Keyboard" onClose={() => helpOpen.set(false)}>
      <Switch label="Single keys" on={on} onChange={singleKeys.set} />
      <dl className="keys">
        <div><dt><kbd>Ctrl</kbd><kbd>K</kbd></dt><dd>Go to or do</dd></div>
        {[...seen.values()].map((hotkey) => <div key={hotkey.keys}><dt><Keys keys={hotkey.keys} /></dt><dd>{hotkey.help}</dd></div>)}
        {ofPanels.filter((key) => !seen.has(key.keys)).map((key) => <div key={key.keys}><dt><Keys keys={key.keys} /></dt><dd>{key.help}</dd></div>)}
        <div><dt><kbd>Enter</kbd></dt><dd>Open the row</dd></div>
        <div><dt><kbd>Esc</kbd></dt><dd>Close</dd></div>
      </dl>
    </Dialog>
  );
}
