// A foreign producer: writes jobs as Sidekiq's clients do (SADD queues, LPUSH queue:NAME in one pipeline), with a ledger.
import { LedgerWriter } from './ledger.mjs';
import { now } from './processes.mjs';
import { RespClient } from './resp.mjs';

export class RawProducer {
  constructor(port, file, prefix) {
    Object.assign(this, { client: new RespClient(port), ledger: new LedgerWriter(file), prefix, serial: 0, failures: 0 });
  }

  // Gives the jid when Redis has acknowledged; tries again, with another job, while it has not.
  async push(type, args = [], queue = 'chaos') {
    for (;;) {
      const jid = this.prefix + (this.serial += 1).toString(16).padStart(20, '0');
      if (await this.tryPush(jid, type, args, queue) === 'A') return jid;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  async tryPush(jid, type, args, queue) {
    const seconds = Date.now() / 1000 + 0.000001;
    const job = JSON.stringify({ retry: true, queue, class: type, args, jid, created_at: seconds, enqueued_at: seconds });
    this.ledger.line(`I ${jid} ${type} ${queue} 0`);
    let said = 'A';
    try {
      await this.client.pipeline([['SADD', 'queues', queue], ['LPUSH', `queue:${queue}`, job]], 10000);
    } catch (error) {
      this.failures += 1;
      // An error that Redis itself answered is certain only when it refused the push; the reply names which one too seldom.
      said = /^(OOM|MISCONF|LOADING|READONLY|NOREPLICAS)/.test(error.message) ? 'N' : 'U';
    }
    this.ledger.line(`${said} ${jid} ${now()}`);
    return said;
  }

  // Pushes until told to stop.
  async run(pauseMs, random) {
    while (!this.stopping) {
      const jid = this.prefix + (this.serial += 1).toString(16).padStart(20, '0');
      const slow = random() < 0.05;
      await this.tryPush(jid, slow ? 'chaos.slow' : 'chaos.ok', [slow ? Math.floor(random() * 600) : 0, 'é \u2028 \u{1F600}', 1e-7], 'chaos');
      await new Promise((resolve) => setTimeout(resolve, this.failures > 0 && random() < 0.2 ? pauseMs * 5 : pauseMs));
    }
  }

  close() {
    this.client.close();
    this.ledger.close();
  }
}
